using DesktopGrid.VmSandbox.Images.Layers;

namespace DesktopGrid.VmSandbox.Imports.Archives;

/// <summary>Makes a layer of an archive.</summary>
internal static class ArchiveImport
{
    /// <summary>Reads the archive and writes the disk.</summary>
    /// <exception cref="Images.ImageException">It is refused.</exception>
    public static async Task<LayerContent> RunAsync(LayerImport import, LayerDraft draft, ImportMeter meter, CancellationToken cancellationToken)
    {
        var length = SourceStream.LengthOf(import.Path);
        var packed = SourceStream.Open(import.Path, read => meter.Tell(ImportStep.Read, read, length));
        await using var packedScope = packed.ConfigureAwait(false);
        var archive = await Unpacking.OpenAsync(packed, import.Path, import.MaxBytes + ArchiveLimits.MaxOverhead, cancellationToken).ConfigureAwait(false);
        await using var archiveScope = archive.ConfigureAwait(false);
        var disk = new FileStream(draft.DiskPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        await using var diskScope = disk.ConfigureAwait(false);
        var writer = new LayerWriter(import, disk, meter);
        var reader = new ArchiveReader(archive, import.Path);
        while (await reader.NextAsync(cancellationToken).ConfigureAwait(false) is { } entry)
        {
            await writer.AddAsync(entry, reader.Content, cancellationToken).ConfigureAwait(false);
        }

        return await writer.FinishAsync(null, null, cancellationToken).ConfigureAwait(false);
    }
}
