using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>
/// Reads the guest's console into the log and keeps its last lines. A guest that floods its console is read no faster than a bound, and
/// then its own writes wait: neither the log's disk nor a core of the host is its to use up.
/// </summary>
internal sealed class ConsolePump : IAsyncDisposable
{
    private const string DaemonPrefix = "vmsandboxd: ";
    // Lines of one letter each are what costs most, a core for some hundred thousand a second.
    private const int BytesPerPause = 4 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // A serial port gives a byte or a few at a time: read together with what follows at once, or each would wake this process.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    public ConsolePump(Stream console, MachineLog log, TimeProvider time) => _reading = ReadAsync(console, log, time);

    /// <summary>The last lines.</summary>
    public TextTail Tail { get; } = new();

    /// <summary>The kernel's line of its last panic; the trace that follows is longer than the tail. Null where there was none.</summary>
    public string? Panic { get; private set; }

    /// <summary>Ends when QEMU has closed the console.</summary>
    public Task Completion => _reading;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task ReadAsync(Stream console, MachineLog log, TimeProvider time)
    {
        var lines = new LineSplitter(line =>
        {
            Tail.Add(line);
            if (line.Contains("Kernel panic", StringComparison.Ordinal))
            {
                Panic = TextTail.Clean(line[..Math.Min(line.Length, TextTail.DefaultMaxLineLength)]);
            }

            log.Write(line.StartsWith(DaemonPrefix, StringComparison.Ordinal) ? LogSource.Daemon : LogSource.Console, line);
        });
        var buffer = new byte[4096];
        var sincePause = 0;
        try
        {
            int read;
            while ((read = await console.ReadAsync(buffer, _stop.Token).ConfigureAwait(false)) > 0)
            {
                lines.Add(buffer.AsSpan(0, read));
                sincePause += read;
                var isFull = sincePause >= BytesPerPause;
                sincePause = isFull ? 0 : sincePause;
                await Task.Delay(isFull ? Pause : Gather, time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // QEMU has gone, or we have: what was read stands.
        }

        lines.Flush();
    }
}
