using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Jobs.Running;

/// <summary>Tells of transfers by disk as often as a put does: ten times a second at most, and at the end of each file.</summary>
internal sealed class TransferTeller(IProgress<TransferProgress> progress, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private long _toldAt = time.GetTimestamp();

    public void Tell(TransferProgress transfer)
    {
        if (transfer.Bytes == transfer.Total || time.GetElapsedTime(_toldAt) >= Pause)
        {
            _toldAt = time.GetTimestamp();
            progress.Report(transfer);
        }
    }
}
