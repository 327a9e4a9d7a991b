using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;

/// <summary>
/// Carries texts between the channels of a task and the messages of the host. Nothing tells that a program has written to its memory, so a thread of its own looks, as
/// often as nobody minds and an emulated processor hardly feels; besides, when the host sends something. The pool's timers and workers would wake ten times for each look.
/// </summary>
internal sealed class ChannelBridge : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly ChannelMemory _memory;
    private readonly Outbox _outbox;
    private readonly int _size;
    private readonly string[] _keys;

    // Null for a channel that the program fills.
    private readonly ChannelQueue?[] _queues;
    private readonly object _gate = new();
    private bool _isPosted, _isOver;
    private Task _run = Task.CompletedTask;

    public ChannelBridge(ChannelMemory memory, ChannelFile shape, Outbox outbox)
    {
        _memory = memory;
        _outbox = outbox;
        _size = shape.Size;
        _keys = [.. Enumerable.Range(0, shape.Count).Select(ChannelFile.KeyOf)];
        _queues = [.. Enumerable.Range(0, shape.Count).Select(channel => shape.ToHost.Contains(channel) ? null : new ChannelQueue(shape.Repeated.Contains(channel)))];
    }

    public void Start() => _run = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>A text for the program. It is written by whoever looks, so that no request waits for a file that the program keeps busy.</summary>
    /// <exception cref="RequestException">There is no such channel for the host, or it takes no more.</exception>
    public void Post(string key, byte[] text)
    {
        if (ChannelFile.ChannelOf(key) is not { } channel || channel >= _queues.Length)
        {
            throw new RequestException(GuestErrorCode.BadRequest, $"The task has no channel of that name; its channels are {_keys[0]} to {_keys[^1]}.");
        }

        if (_queues[channel] is not { } queue)
        {
            throw new RequestException(GuestErrorCode.BadRequest, $"The program fills {key}; the host only reads it.");
        }

        if (text.Length > _size - 2)
        {
            throw new RequestException(GuestErrorCode.TooLarge, $"A text for a channel of the task holds at most {_size - 2} bytes, not {text.Length}.");
        }

        if (text.AsSpan().Contains((byte)0))
        {
            throw new RequestException(GuestErrorCode.BadRequest, "A text for a channel holds a NUL character.");
        }

        if (!queue.TryAdd(text))
        {
            throw new RequestException(GuestErrorCode.Conflict, $"The program does not read {key}: {ProtocolLimits.MaxChannelTexts} texts wait for it already.");
        }

        Wake(isOver: false);
    }

    /// <summary>What the program left is with the host's messages when this ends.</summary>
    public async Task EndAsync()
    {
        Wake(isOver: true);
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_run.Exception is { } fault)
        {
            DaemonLog.Write($"the task's channels were not looked at any more: {fault.InnerException!.Message}");
        }

        Take();
        Dispose();
    }

    public void Dispose() => _memory.Dispose();

    private void Run()
    {
        do
        {
            Take();
            Give(Environment.TickCount64);
        }
        while (Rest());
    }

    /// <summary>Until it is time to look again; false when it is over.</summary>
    private bool Rest()
    {
        lock (_gate)
        {
            if (!_isPosted && !_isOver)
            {
                Monitor.Wait(_gate, Interval);
            }

            _isPosted = false;
            return !_isOver;
        }
    }

    private void Wake(bool isOver)
    {
        lock (_gate)
        {
            _isPosted = true;
            _isOver |= isOver;
            Monitor.Pulse(_gate);
        }
    }

    private void Take()
    {
        for (var channel = 0; channel < _queues.Length; channel++)
        {
            if (_queues[channel] is null && _memory.Take(channel) is { } text)
            {
                _outbox.Add(_keys[channel], text, ProtocolLimits.MaxChannelTexts);
            }
        }
    }

    private void Give(long now)
    {
        for (var channel = 0; channel < _queues.Length; channel++)
        {
            if (_queues[channel]?.Due(now) is { } text && _memory.TryPut(channel, text))
            {
                _queues[channel]!.Written(text, now);
            }
        }
    }
}
