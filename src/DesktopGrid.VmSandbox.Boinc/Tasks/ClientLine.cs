using System.Threading.Channels;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Boinc.SharedMemory;

namespace DesktopGrid.VmSandbox.Boinc.Tasks;

/// <summary>The one thread of work that looks at the channels: drains what the client sends, and sends what waits.</summary>
internal sealed class ClientLine : IAsyncDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // As often BOINC's own library looks whether the client's process exists.
    private static readonly TimeSpan ClientLook = TimeSpan.FromSeconds(10);

    private readonly ClientChannels _channels;
    private readonly BoincTaskOptions _options;
    private readonly int _client;
    private readonly Channel<ClientWord> _words = Channel.CreateUnbounded<ClientWord>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly Channel<(ClientChannel Channel, string Text)> _outgoing = Channel.CreateUnbounded<(ClientChannel, string)>();
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _sending = new();
    private readonly Task _loop;
    private volatile TaskReport _report = new();
    private volatile Heartbeat? _heartbeat;
    private volatile bool _isSuspended;

    public ClientLine(ClientChannels channels, int client, BoincTaskOptions options)
    {
        (_channels, _client, _options) = (channels, client, options);
        _loop = Task.Run(RunAsync);
    }

    public ChannelReader<ClientWord> Words => _words.Reader;

    public Heartbeat? Heartbeat => _heartbeat;

    public TaskReport Report { get => _report; set => _report = value; }

    /// <summary>Sends as soon as the channel is free; what waits for one channel goes in its order.</summary>
    public void Send(ClientChannel channel, string text) => _outgoing.Writer.TryWrite((channel, text));

    /// <summary>Sends the status at once, where the client has taken the last one.</summary>
    public void TellNow() => TrySend(ClientChannel.AppStatus, ClientMessages.Status(_report));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        _channels.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await ListenAsync().ConfigureAwait(false);
        }
        finally
        {
            // Whoever listens to nobody any more is told so, and does not wait for ever.
            _words.Writer.TryWrite(ClientWord.ClientLost);
            _words.Writer.TryComplete();
        }
    }

    private async Task ListenAsync()
    {
        using var timer = new PeriodicTimer(_options.PollInterval, _options.Time);
        var begin = _options.Time.GetTimestamp();
        var (heard, looked, told, isLost) = (begin, begin, 0L, false);
        var waiting = new List<(ClientChannel Channel, string Text)>();
        while (await timer.WaitForNextTickAsync(_end.Token).ConfigureAwait(false))
        {
            if (Drain())
            {
                heard = _options.Time.GetTimestamp();
            }

            while (_outgoing.Reader.TryRead(out var next))
            {
                waiting.Add(next);
            }

            // Of each channel the first: one that nobody reads holds no other back.
            foreach (var message in waiting.DistinctBy(static each => each.Channel).ToList())
            {
                if (TrySend(message.Channel, message.Text))
                {
                    waiting.Remove(message);
                }
            }

            if (!_isSuspended && (told == 0 || _options.Time.GetElapsedTime(told) >= Second))
            {
                TellNow();
                told = _options.Time.GetTimestamp();
            }

            if (!isLost && _options.Time.GetElapsedTime(looked) >= ClientLook)
            {
                looked = _options.Time.GetTimestamp();
                isLost = _client != 0 ? !ClientProcess.Exists(_client) : _options.Time.GetElapsedTime(heard) >= _options.SilenceTimeout;
                if (isLost)
                {
                    _words.Writer.TryWrite(ClientWord.ClientLost);
                }
            }
        }
    }

    /// <summary>Whether the client has said anything.</summary>
    private bool Drain()
    {
        var isHeard = false;
        if (_channels.Take(ClientChannel.ProcessControlRequest) is { } control)
        {
            isHeard = true;
            foreach (var word in ClientMessages.ProcessControl(control))
            {
                _isSuspended = word is ClientWord.Suspend || (_isSuspended && word is not ClientWord.Resume);
                _words.Writer.TryWrite(word);
            }
        }

        if (_channels.Take(ClientChannel.Heartbeat) is { } heartbeat)
        {
            isHeard = true;
            _heartbeat = ClientMessages.Heartbeat(heartbeat);
        }

        if (_channels.Take(ClientChannel.TrickleDown) is { } trickle)
        {
            isHeard = true;
            foreach (var word in ClientMessages.TrickleDown(trickle))
            {
                _words.Writer.TryWrite(word);
            }
        }

        _ = _channels.Take(ClientChannel.GraphicsRequest);
        return isHeard;
    }

    private bool TrySend(ClientChannel channel, string text)
    {
        lock (_sending)
        {
            return _channels.TrySend(channel, text);
        }
    }
}
