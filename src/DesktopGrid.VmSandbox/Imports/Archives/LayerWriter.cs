using DesktopGrid.VmSandbox.Disks;
using DesktopGrid.VmSandbox.Images.Layers;

namespace DesktopGrid.VmSandbox.Imports.Archives;

/// <summary>Writes the entries of archives as a layer's disk: the bytes as they come, the tree at the end.</summary>
/// <param name="import">What is imported.</param>
/// <param name="disk">The disk's file, empty.</param>
/// <param name="meter">Counts what is written.</param>
internal sealed class LayerWriter(LayerImport import, Stream disk, ImportMeter meter)
{
    // About what a directory needs of an entry besides its name.
    private const long RecordLength = 256;

    private static readonly string[] _shells = ["bin/sh", "usr/bin/sh"];

    private readonly IsoBuilder _builder = new(disk);
    private readonly LayerTree _tree = new(import.Path);
    private readonly ElfCensus _census = new();

    /// <summary>The tree so far.</summary>
    public LayerTree Tree => _tree;

    /// <summary>Adds an entry, with its bytes.</summary>
    /// <exception cref="Images.ImageException">It is one that is never taken, or there are too many of them.</exception>
    public async Task AddAsync(ArchiveEntry entry, Stream content, CancellationToken cancellationToken)
    {
        switch (entry.Kind)
        {
            case ArchiveEntryKind.Folder:
                _tree.PutFolder(entry);
                break;
            case ArchiveEntryKind.Link:
                _tree.PutLink(entry);
                break;
            case ArchiveEntryKind.HardLink:
                _tree.PutHardLink(entry);
                break;
            default:
                meter.Demand(entry.Length);
                _tree.PutFile(entry, await WriteAsync(content, cancellationToken).ConfigureAwait(false));
                break;
        }
    }

    /// <summary>Writes the tree, and the disk is whole.</summary>
    /// <param name="kind">What it is where the import does not say.</param>
    /// <param name="program">What an OCI image says of how its programs are started.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Images.ImageException">Its programs are for another processor, or it is a root without any.</exception>
    public async Task<LayerContent> FinishAsync(LayerKind? kind, LayerProgram? program, CancellationToken cancellationToken)
    {
        if (_tree.IsEmpty)
        {
            throw ImportFault.Malformed(import.Path, "it holds nothing");
        }

        if (_census.Foreign is { } foreign)
        {
            throw ImportFault.Unsuitable(import.Path, $"its programs are for another processor ({foreign})", $"Take the one for {LayerManifestFile.Architecture} (amd64).");
        }

        var decided = import.Kind ?? kind ?? (_shells.Any(_tree.Has) ? LayerKind.Root : LayerKind.Addition);
        if (decided == LayerKind.Root && !_census.HasOwn)
        {
            throw ImportFault.Unsuitable(import.Path, $"as a root file system it has no program for {LayerManifestFile.Architecture}", "Import it as an addition, or take a complete root file system.");
        }

        var items = _tree.Items();
        await meter.SpareAsync(items.Sum(static item => (item.Mode & IsoItem.KindMask) == IsoItem.Folder ? IsoBytes.SectorSize : RecordLength + item.Path.Length + (item.Target?.Length ?? 0)), cancellationToken).ConfigureAwait(false);
        await _builder.FinishAsync(items, cancellationToken).ConfigureAwait(false);
        return new LayerContent(decided, "iso9660", Program: program);
    }

    private async Task<IsoExtent> WriteAsync(Stream content, CancellationToken cancellationToken)
    {
        var isFirst = true;
        var extent = await _builder.AppendAsync(content, block =>
        {
            if (isFirst)
            {
                isFirst = false;
                _census.Look(block.Span);
            }

            return meter.WriteAsync(block.Length, cancellationToken);
        }, cancellationToken).ConfigureAwait(false);
        await meter.SpareAsync(IsoBytes.SectorSize, cancellationToken).ConfigureAwait(false);
        return extent;
    }
}
