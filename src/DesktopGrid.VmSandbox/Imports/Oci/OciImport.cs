using System.Text.RegularExpressions;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Imports.Archives;

namespace DesktopGrid.VmSandbox.Imports.Oci;

/// <summary>Makes one layer of all layers of an OCI image.</summary>
internal static partial class OciImport
{
    private const string Whiteout = ".wh.", Mark = ".wh..wh.", Opaque = ".wh..wh..opq";

    /// <summary>Whether an archive is an image and no root file system, by the name of its first entry.</summary>
    public static bool IsImage(string firstPath) => ImageName().IsMatch(firstPath);

    /// <summary>Whether files are an image.</summary>
    public static bool IsImage(IImageFiles files) => OciLayout.Is(files) || DockerSave.Is(files);

    /// <summary>Reads the image and writes the disk.</summary>
    /// <exception cref="Images.ImageException">It is refused.</exception>
    public static async Task<LayerContent> RunAsync(LayerImport import, IImageFiles files, LayerDraft draft, ImportMeter meter, CancellationToken cancellationToken)
    {
        var image = OciLayout.Is(files) ? await new OciLayout(files, import.Reference).FindAsync(cancellationToken).ConfigureAwait(false)
            : DockerSave.Is(files) ? await DockerSave.FindAsync(files, import.Reference, cancellationToken).ConfigureAwait(false)
            : throw ImportFault.Malformed(files.Source, "it is an image without an index");
        var program = OciProgram.Of(files.Source, image.Config.Config);
        var total = image.Layers.Sum(layer => files.LengthOf(layer.Path));
        var disk = new FileStream(draft.DiskPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        await using var diskScope = disk.ConfigureAwait(false);
        var writer = new LayerWriter(import, disk, meter);
        long before = 0;
        for (var number = 0; number < image.Layers.Count; number++)
        {
            var (layer, done) = (image.Layers[number], before);
            writer.Tree.Layer = number;
            var packed = new HashedStream(files.Open(layer.Path, read => meter.Tell(ImportStep.Read, done + read, total)));
            await using var packedScope = packed.ConfigureAwait(false);
            await ApplyAsync(import, $"{files.Source}, layer {number + 1}", layer, packed, writer, cancellationToken).ConfigureAwait(false);
            before += files.LengthOf(layer.Path);
        }

        return await writer.FinishAsync(LayerKind.Root, program, cancellationToken).ConfigureAwait(false);
    }

    private static async Task ApplyAsync(LayerImport import, string source, OciLayer layer, HashedStream packed, LayerWriter writer, CancellationToken cancellationToken)
    {
        var unpacked = new HashedStream(await Unpacking.OpenAsync(packed, source, import.MaxBytes + ArchiveLimits.MaxOverhead, cancellationToken).ConfigureAwait(false));
        await using var unpackedScope = unpacked.ConfigureAwait(false);
        var reader = new ArchiveReader(unpacked, source);
        while (await reader.NextAsync(cancellationToken).ConfigureAwait(false) is { } entry)
        {
            // layer.md, "Whiteouts": a file of this name stands for the absence of another one below.
            if (entry.Name == Opaque)
            {
                writer.Tree.ClearBelow(entry.Folder);
            }
            else if (entry.Name.StartsWith(Whiteout, StringComparison.Ordinal))
            {
                // With a second mark it is a remark of an old file system's.
                if (!entry.Name.StartsWith(Mark, StringComparison.Ordinal))
                {
                    writer.Tree.RemoveBelow(entry.Folder, entry.Name[Whiteout.Length..]);
                }
            }
            else
            {
                await writer.AddAsync(entry, reader.Content, cancellationToken).ConfigureAwait(false);
            }
        }

        await unpacked.DemandAsync(layer.UnpackedHash, source, cancellationToken).ConfigureAwait(false);
        if (layer.Hash is { } hash)
        {
            await packed.DemandAsync(hash, source, cancellationToken).ConfigureAwait(false);
        }
    }

    [GeneratedRegex(@"^(blobs(/.*)?|oci-layout|index\.json|manifest\.json|repositories|[0-9a-f]{64}(\.json|/.*)?)$")]
    private static partial Regex ImageName();
}
