using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>Reads what QEMU writes to its own streams, so that it never waits for a reader, and keeps the last lines.</summary>
internal sealed class ErrorDrain : IAsyncDisposable
{
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(2);

    private readonly Task _reading;

    public ErrorDrain(HostProcess process)
    {
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public TextTail Tail { get; } = new();

    /// <summary>Ends when the process has closed both, or after a short bound.</summary>
    public Task CompleteAsync() => WaitAsync();

    public async ValueTask DisposeAsync() => await WaitAsync().ConfigureAwait(false);

    private async Task WaitAsync() => await _reading.WaitAsync(EndBound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task ReadAsync(Stream stream)
    {
        try
        {
            var lines = new LineSplitter(Tail.Add);
            var buffer = new byte[4096];
            int read;
            while ((read = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
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
