using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Imports.DiskFormats;

/// <summary>
/// Makes a layer of a disk: of its file system alone, as it is, in a file that takes no more than what is in it. A disk of another machine's format is copied
/// first, so that what was judged is what the tool sees, and converted by QEMU's image tool.
/// </summary>
/// <param name="files">What makes private files.</param>
/// <param name="selector">Finds QEMU.</param>
/// <param name="tool">Its image tool.</param>
/// <param name="time">The clock.</param>
internal sealed class DiskImport(IPrivateFiles files, IQemuSelector selector, IQemuImageTool tool, TimeProvider time)
{
    private const string Copy = "source", Plain = "raw";
    private static readonly TimeSpan WatchPause = TimeSpan.FromMilliseconds(300);

    /// <summary>Whether a file is a disk.</summary>
    /// <exception cref="Images.ImageException">It is one that is damaged, or never taken.</exception>
    public static DiskHeader? Judge(string path)
    {
        using var file = SourceStream.OpenFile(path);
        return DiskHeader.Read(new DiskBytes(path, file.SafeFileHandle));
    }

    /// <summary>Reads the disk and writes the layer's.</summary>
    /// <exception cref="Images.ImageException">It is refused.</exception>
    /// <exception cref="QemuException">The tool is missing, or refuses.</exception>
    public async Task<LayerContent> RunAsync(LayerImport import, DiskHeader header, LayerDraft draft, ImportMeter meter, CancellationToken cancellationToken)
    {
        var plain = header.Format == DiskHeader.Raw ? import.Path : await ConvertAsync(import, header, draft, meter, cancellationToken).ConfigureAwait(false);
        var source = SourceStream.OpenFile(plain);
        await using var sourceScope = source.ConfigureAwait(false);
        var partition = RootPartition.Choose(new DiskBytes(import.Path, source.SafeFileHandle), import.Partition);
        var piece = SourceStream.Open(plain, partition.Offset, partition.Length, read => meter.Tell(ImportStep.Read, read - partition.Offset, partition.Length));
        await using var pieceScope = piece.ConfigureAwait(false);
        var disk = new FileStream(draft.DiskPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        await using var diskScope = disk.ConfigureAwait(false);
        await SparseCopy.RunAsync(piece, disk, partition.Length, bytes => meter.WriteAsync(bytes, cancellationToken), cancellationToken).ConfigureAwait(false);
        return new LayerContent(import.Kind ?? LayerKind.Root, FileSystemProbe.Ext);
    }

    private async Task<string> ConvertAsync(LayerImport import, DiskHeader header, LayerDraft draft, ImportMeter meter, CancellationToken cancellationToken)
    {
        var installation = await selector.FindAsync(cancellationToken).ConfigureAwait(false);
        var (copy, plain) = (draft.Scratch(Copy), draft.Scratch(Plain));
        await CopyAsync(import.Path, copy, meter, cancellationToken).ConfigureAwait(false);
        // The copy, which nobody else can change any more.
        if (Judge(copy) != header)
        {
            throw ImportFault.Malformed(import.Path, "it was changed meanwhile");
        }

        files.MakeSparseFile(plain, header.VirtualSize);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var conversion = tool.ConvertAsync(installation, Path.GetFileName(draft.Folder), copy, header.Format, plain, header.VirtualSize, bound.Token);
        try
        {
            var (counted, isDone) = (0L, false);
            meter.Tell(ImportStep.Convert, 0, header.VirtualSize);
            do
            {
                await Task.WhenAny(conversion, Task.Delay(WatchPause, time, cancellationToken)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                // Before it is looked at: what was written last counts as well.
                isDone = conversion.IsCompleted;
                var allocated = files.AllocatedBytes(plain);
                meter.Demand(allocated);
                await meter.SpareAsync(Math.Max(0, allocated - counted), cancellationToken).ConfigureAwait(false);
                counted = Math.Max(counted, allocated);
                meter.Tell(ImportStep.Convert, Math.Min(allocated, header.VirtualSize), header.VirtualSize);
            }
            while (!isDone);
        }
        catch
        {
            // The tool must have gone before its folder does.
            await bound.CancelAsync().ConfigureAwait(false);
            await conversion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        await conversion.ConfigureAwait(false);
        File.Delete(copy);
        return plain;
    }

    private async Task CopyAsync(string path, string copy, ImportMeter meter, CancellationToken cancellationToken)
    {
        var length = SourceStream.LengthOf(path);
        var source = SourceStream.Open(path, read => meter.Tell(ImportStep.Read, read, length));
        await using var sourceScope = source.ConfigureAwait(false);
        files.MakeFile(copy);
        var target = new FileStream(copy, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        await using var targetScope = target.ConfigureAwait(false);
        await SparseCopy.RunAsync(source, target, length, bytes => meter.SpareAsync(bytes, cancellationToken), cancellationToken).ConfigureAwait(false);
    }
}
