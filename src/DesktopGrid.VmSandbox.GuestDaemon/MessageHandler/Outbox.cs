using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;

/// <summary>Messages of the program, waiting for the host to take them. Bounded: the oldest give way.</summary>
internal sealed class Outbox(ChangeSignal changed)
{
    // JSON may blow a character up to six ("\u0001"); a quarter of the ceiling leaves room for that and for one large message.
    private const int AnswerBytes = ProtocolLimits.MaxJsonBytes / 8;

    private readonly Lock _lock = new();
    private readonly Queue<GuestMessage> _messages = new();
    private long _characters;
    private long _last;

    public long LastNumber
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    public void Add(string key, string value)
    {
        lock (_lock)
        {
            _messages.Enqueue(new GuestMessage(++_last, key, value));
            _characters += value.Length;
            while (_messages.Count > ProtocolLimits.MaxMessagesKept || _characters > ProtocolLimits.MaxMessageCharactersKept)
            {
                _characters -= _messages.Dequeue().Value.Length;
            }
        }

        changed.Raise();
    }

    /// <summary>The messages behind a number, as many as fit into one answer, at least one where there is one.</summary>
    public MessageList After(long number)
    {
        lock (_lock)
        {
            var taken = new List<GuestMessage>();
            var size = 0;
            foreach (var message in _messages.Where(message => message.Number > number))
            {
                size += Encoding.UTF8.GetByteCount(message.Value) + 200;
                if (size > AnswerBytes && taken.Count > 0)
                {
                    break;
                }

                taken.Add(message);
            }

            return new MessageList(taken);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _messages.Clear();
            _characters = 0;
            _last = 0;
        }
    }
}
