using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Imports.Verbs;

/// <summary>import: a layer of a file or folder, made in a folder of its own in the store and renamed when it is whole.</summary>
internal sealed class ImportVerb(ImportServices services, LayerImport import, IProgress<ImportProgress>? progress)
{
    private const int BlockSize = 1 << 20;

    private readonly ImportMeter _meter = new(import, services.DemandRoom, progress, services.Time);

    public async Task<StoredImage> RunAsync(CancellationToken cancellationToken)
    {
        using var bound = Deadline.After(import.Timeout, services.Time).Enter(cancellationToken);
        try
        {
            var layer = await MakeAsync(bound.Token).ConfigureAwait(false);
            ImportLog.Imported(services.Logger, import.Name, layer.Id, layer.Manifest.Disk.Length);
            return ListVerb.Run(services, cancellationToken).First(it => it.Id == layer.Id);
        }
        catch (SandboxException e)
        {
            ImportLog.Refused(services.Logger, import.Name, e.Code);
            throw;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ImportFault.Refused(import.Path, $"it takes longer than the {import.Timeout} that are allowed");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The layer {import.Name} cannot be written to the store {services.Layout.Root}");
        }
    }

    private async Task<Layer> MakeAsync(CancellationToken cancellationToken)
    {
        await services.DemandRoom(0, cancellationToken).ConfigureAwait(false);
        using var draft = services.Layers.Begin();
        var source = new ImportSource(services, import with { Path = Path.GetFullPath(import.Path) }, draft, _meter);
        var content = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
        // What was written since it was last asked for; the draft is not counted as the store's yet.
        await services.DemandRoom(services.Files.AllocatedBytes(draft.DiskPath), cancellationToken).ConfigureAwait(false);
        var length = new FileInfo(draft.DiskPath).Length;
        var manifest = new LayerManifest
        {
            Format = LayerManifest.CurrentFormat,
            Name = import.Name,
            Kind = content.Kind,
            Architecture = LayerManifestFile.Architecture,
            Disk = new LayerVolume("raw", content.FileSystem, content.Partition, length, length, await HashAsync(draft.DiskPath, length, cancellationToken).ConfigureAwait(false)),
            Program = content.Program,
        };
        return services.Layers.Add(draft, manifest);
    }

    private async Task<string> HashAsync(string path, long length, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var disk = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        await using var scope = disk.ConfigureAwait(false);
        var block = new byte[BlockSize];
        long done = 0;
        while (await disk.ReadAsync(block, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            hash.AppendData(block, 0, read);
            _meter.Tell(ImportStep.Verify, done += read, length);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
