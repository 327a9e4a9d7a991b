using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Imports.Archives;
using DesktopGrid.VmSandbox.Imports.DiskFormats;
using DesktopGrid.VmSandbox.Imports.Oci;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Imports.Verbs;

/// <summary>Finds out by its bytes what a source is, and gives it to whoever reads that.</summary>
internal sealed class ImportSource(ImportServices services, LayerImport import, LayerDraft draft, ImportMeter meter)
{
    private const string Spool = "archive";
    private const int BlockSize = 128 * 1024;

    /// <summary>Writes the layer's disk.</summary>
    /// <exception cref="ImageException">The source is refused.</exception>
    public async Task<LayerContent> ReadAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(import.Path))
        {
            var folder = new FolderFiles(import.Path);
            return OciImport.IsImage(folder)
                ? await OciImport.RunAsync(import, folder, draft, meter, cancellationToken).ConfigureAwait(false)
                : throw ImportFault.Unsuitable(import.Path, "it is a folder, and no OCI image", "Make an archive of it: tar --numeric-owner -czf layer.tar.gz -C FOLDER . A base image is added, not imported.");
        }

        if (!File.Exists(import.Path))
        {
            throw new ImageException(SandboxErrorCode.ImageMissing, $"There is no {import.Path}.") { Path = import.Path, Step = "import.read", Advice = "Check the path." };
        }

        if (!IsArchive())
        {
            return DiskImport.Judge(import.Path) is { } header
                ? await new DiskImport(services.Files, services.Selector, services.ImageTool, services.Time).RunAsync(import, header, draft, meter, cancellationToken).ConfigureAwait(false)
                : throw ImportFault.Malformed(import.Path, "it is neither an archive, nor an OCI image, nor a disk");
        }

        return await FindImageAsync(cancellationToken).ConfigureAwait(false) is { } image
            ? await OciImport.RunAsync(import, image, draft, meter, cancellationToken).ConfigureAwait(false)
            : await ArchiveImport.RunAsync(import, draft, meter, cancellationToken).ConfigureAwait(false);
    }

    private bool IsArchive()
    {
        using var file = SourceStream.OpenFile(import.Path);
        var head = new DiskBytes(import.Path, file.SafeFileHandle).Read(0, TarHeader.BlockSize);
        Unpacking.Judge(import.Path, head);
        return Unpacking.IsPacked(import.Path, head) || TarHeader.Parse(head) is not null;
    }

    /// <summary>The files of an image, where the archive is one; null where it is a file system.</summary>
    private async Task<IImageFiles?> FindImageAsync(CancellationToken cancellationToken)
    {
        var packed = SourceStream.Open(import.Path, told: null);
        await using var packedScope = packed.ConfigureAwait(false);
        var archive = await Unpacking.OpenAsync(packed, import.Path, import.MaxBytes + ArchiveLimits.MaxOverhead, cancellationToken).ConfigureAwait(false);
        await using var archiveScope = archive.ConfigureAwait(false);
        if (await new ArchiveReader(archive, import.Path).NextAsync(cancellationToken).ConfigureAwait(false) is not { } first || !OciImport.IsImage(first.Path))
        {
            return null;
        }

        var plain = await IsPackedAsync(cancellationToken).ConfigureAwait(false) ? await UnpackAsync(cancellationToken).ConfigureAwait(false) : import.Path;
        var files = await ArchiveFiles.ReadAsync(plain, import.Path, cancellationToken).ConfigureAwait(false);
        return OciImport.IsImage(files) ? files : null;
    }

    private async Task<bool> IsPackedAsync(CancellationToken cancellationToken)
    {
        var head = new byte[Unpacking.HeadLength];
        var file = SourceStream.Open(import.Path, told: null);
        await using var scope = file.ConfigureAwait(false);
        var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return Unpacking.IsPacked(import.Path, head.AsSpan(0, read));
    }

    /// <summary>Unpacks an image's archive, in which its layers stand in any order, into a file of the draft's.</summary>
    private async Task<string> UnpackAsync(CancellationToken cancellationToken)
    {
        var length = SourceStream.LengthOf(import.Path);
        var packed = SourceStream.Open(import.Path, read => meter.Tell(ImportStep.Read, read, length));
        await using var packedScope = packed.ConfigureAwait(false);
        var archive = await Unpacking.OpenAsync(packed, import.Path, import.MaxBytes + ArchiveLimits.MaxOverhead, cancellationToken).ConfigureAwait(false);
        await using var archiveScope = archive.ConfigureAwait(false);
        var spool = new FileStream(draft.Scratch(Spool), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        await using var spoolScope = spool.ConfigureAwait(false);
        var block = new byte[BlockSize];
        while (await archive.ReadAsync(block, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            await meter.SpareAsync(read, cancellationToken).ConfigureAwait(false);
            await spool.WriteAsync(block.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        return spool.Name;
    }
}
