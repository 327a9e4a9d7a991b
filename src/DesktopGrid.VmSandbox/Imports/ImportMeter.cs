using DesktopGrid.VmSandbox.Images;

namespace DesktopGrid.VmSandbox.Imports;

/// <summary>Counts what an import reads and writes, keeps its bounds, and tells how far it is.</summary>
/// <param name="import">What is imported, with its bounds.</param>
/// <param name="demandRoom">Makes room on the disk for so many bytes, or refuses.</param>
/// <param name="progress">Who wants to know; null for nobody.</param>
/// <param name="time">The clock.</param>
internal sealed class ImportMeter(LayerImport import, Func<long, CancellationToken, Task> demandRoom, IProgress<ImportProgress>? progress, TimeProvider time)
{
    // What is written is asked for in pieces: how much it becomes is known at the end only.
    private const long RoomStep = 32L << 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private long _written;
    private long _spare;
    private long _room;
    private long _told;
    private ImportStep? _step;

    /// <summary>Counts bytes of the layer that are about to be written.</summary>
    /// <exception cref="ImageException">They are more than the import may have.</exception>
    public ValueTask WriteAsync(long bytes, CancellationToken cancellationToken)
    {
        Demand(bytes);
        _written += bytes;
        return RoomAsync(cancellationToken);
    }

    /// <summary>Counts bytes that are about to be written and are not the layer's: what is needed on the way.</summary>
    public ValueTask SpareAsync(long bytes, CancellationToken cancellationToken)
    {
        _spare += bytes;
        return RoomAsync(cancellationToken);
    }

    /// <summary>As <see cref="WriteAsync"/>, of what somebody else writes, by its whole length so far.</summary>
    public ValueTask WrittenAsync(long length, CancellationToken cancellationToken) => WriteAsync(Math.Max(0, length - _written), cancellationToken);

    /// <summary>Refuses a promise of more bytes than the import may have, before the first of them.</summary>
    public void Demand(long bytes)
    {
        if (bytes > import.MaxBytes - _written)
        {
            throw TooLarge();
        }
    }

    /// <summary>Tells how far a step is: when it begins, when it is done, and between not too often.</summary>
    public void Tell(ImportStep step, long bytes, long total)
    {
        if (progress is null || (bytes < total && _step == step && time.GetElapsedTime(_told) < Pause))
        {
            return;
        }

        (_step, _told) = (step, time.GetTimestamp());
        progress.Report(new ImportProgress(step, bytes, total));
    }

    private async ValueTask RoomAsync(CancellationToken cancellationToken)
    {
        if (_written + _spare > _room)
        {
            _room = _written + _spare + RoomStep;
            await demandRoom(_written + _spare, cancellationToken).ConfigureAwait(false);
        }
    }

    private ImageException TooLarge() => ImportFault.Refused(import.Path, $"it holds more than the {import.MaxBytes} bytes that are allowed");
}
