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
    private readonly List<GuestMessage> _messages = [];
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

    /// <param name="key">Its name.</param>
    /// <param name="value">Its content.</param>
    /// <param name="mostOfKey">How many of that name are kept: what is told each second shall not push out what is told once.</param>
    public void Add(string key, string value, int mostOfKey = ProtocolLimits.MaxMessagesKept)
    {
        lock (_lock)
        {
            if (mostOfKey <= _messages.Count && _messages.Count(message => message.Key == key) >= mostOfKey)
            {
                Drop(_messages.FindIndex(message => message.Key == key));
            }

            _messages.Add(new GuestMessage(++_last, key, value));
            _characters += value.Length;
            while (_messages.Count > ProtocolLimits.MaxMessagesKept || _characters > ProtocolLimits.MaxMessageCharactersKept)
            {
                Drop(0);
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

    private void Drop(int index)
    {
        _characters -= _messages[index].Value.Length;
        _messages.RemoveAt(index);
    }
}
