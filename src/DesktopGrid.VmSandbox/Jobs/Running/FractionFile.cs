using System.Text;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Jobs.Running;

/// <summary>Looks now and then into the file to which a program writes how far it is.</summary>
internal sealed class FractionFile(string path, ISandboxSession session, TimeProvider time)
{
    private const int TailBytes = 64;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Looks until it is cancelled.</summary>
    public async Task WatchAsync(Action<double> tell, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } fraction)
            {
                tell(fraction);
            }
        }
    }

    private async Task<double?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var end = await session.GetEndAsync(path, TailBytes, cancellationToken).ConfigureAwait(false);
            return end.Length == 0 ? null : FractionText.OfFileEnd(Encoding.UTF8.GetString(end), isCut: end.Length == TailBytes);
        }
        catch (SandboxException)
        {
            // It is not there yet, or is no file. Where the guest answers nothing any more, whoever waits for the program tells that.
            return null;
        }
    }
}
