using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Qemu.Launching;

/// <summary>Reads what QEMU writes to its own streams, so that it never waits for a reader, and keeps the last lines.</summary>
internal sealed class ErrorDrain : IAsyncDisposable
{
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(2);

    private readonly HostProcess _process;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    public ErrorDrain(HostProcess process, TimeProvider time)
    {
        (_process, _time) = (process, time);
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public TextTail Tail { get; } = new();

    /// <summary>Ends when the process has closed both, or after a short bound.</summary>
    public async Task CompleteAsync() => await _reading.WaitAsync(EndBound, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>The last words of a process that has ended are taken; one that goes on without us is listened to no longer.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process.Exited.IsCompleted)
        {
            await CompleteAsync().ConfigureAwait(false);
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReadAsync(Stream stream)
    {
        // .NET leaves a process's streams to whoever has taken them.
        await using var scope = stream.ConfigureAwait(false);
        try
        {
            var lines = new LineSplitter(Tail.Add);
            var buffer = new byte[4096];
            int read;
            while ((read = await stream.ReadAsync(buffer, _stop.Token).ConfigureAwait(false)) > 0)
            {
                lines.Add(buffer.AsSpan(0, read));
            }

            lines.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The process has been disposed of while we read: what was read stands.
        }
    }
}
