using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Checkpoints;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Travel;

/// <summary>
/// import: a new machine that has the checkpoint which a file brings, and can be resumed. Whoever made the file is a stranger: every length is
/// bounded, every hash is verified, and the catalog is told last, of the machine and its checkpoint at once. What fails leaves nothing.
/// </summary>
internal static class ImportVerb
{
    private const string PartExtension = ".part";

    public static async Task<VmId> RunAsync(VmServices services, Stream source, VmImportOptions options, Func<long, Task> makeRoom, CancellationToken cancellationToken)
    {
        // Before the first byte is read.
        NewMachine.Check(new VmOptions { Labels = options.Labels, KeepLog = options.KeepLog, BootTimeout = options.BootTimeout }, VmVerb.Import);
        var manifest = await TravelFile.ReadHeadAsync(source, cancellationToken).ConfigureAwait(false);
        // What it asks for is looked at before room is made for it; and the image again, which room may have been made of.
        await ImagesAsync(services, manifest, cancellationToken).ConfigureAwait(false);
        await makeRoom(manifest.State.Length + manifest.Disk.Length).ConfigureAwait(false);
        var images = await ImagesAsync(services, manifest, cancellationToken).ConfigureAwait(false);
        var installation = await services.Selector.FindAsync(cancellationToken).ConfigureAwait(false);
        var machine = new VmOptions
        {
            MemoryMiB = manifest.MemoryMiB,
            VirtualCpus = manifest.VirtualCpus,
            Labels = options.Labels,
            OutlivesHost = options.OutlivesHost,
            // Its disk is its own.
            WarmStart = false,
            KeepLog = options.KeepLog,
            BootTimeout = options.BootTimeout,
        };
        var id = VmId.New();
        MachineLock? held = null;
        try
        {
            // Held until the rows are there, so that another process's sweep does not take the folder for a forgotten one.
            held = Write(id, () => services.Machines.Alone(() =>
            {
                services.Layout.MakeMachine(id.ToString(), services.Platform.Files);
                return MachineLock.TryTake(services.Layout.Lock(id.ToString()));
            })) ?? throw VmException.Busy(id, VmVerb.Import);
            VmLog.Step(services.Logger, id.ToString(), "import.folder");
            var checkpoint = await ReceiveAsync(services, id, manifest, images.Image, installation, source, cancellationToken).ConfigureAwait(false);
            services.Machines.AddDurably(NewMachine.Row(id, images, machine, VmState.Stopped, services.Time.GetUtcNow()), checkpoint);
        }
        catch
        {
            held?.Dispose();
            services.Layout.RemoveMachine(id.ToString());
            throw;
        }

        held.Dispose();
        VmLog.Step(services.Logger, id.ToString(), "import.noted");
        VmLog.Imported(services.Logger, id, manifest.Name);
        return id;
    }

    private static async Task<MachineImages> ImagesAsync(VmServices services, TravelManifest manifest, CancellationToken cancellationToken) =>
        new(await ImageAsync(services, manifest, cancellationToken).ConfigureAwait(false), [.. manifest.Layers.Select(layer => LayerOf(services, layer))]);

    private static Layer LayerOf(VmServices services, TravelLayer layer) => services.Layers.TryResolve(layer.Id) is { } found && found.Id == layer.Id
        ? found
        : throw new ImageException(SandboxErrorCode.ImageMissing, $"The checkpoint cannot be imported: its machine has the layer {layer.Name} with the hash {layer.Id}, which is not in this store.") { Step = "import.image", Advice = "Import that layer, then the checkpoint again." };

    private static async Task<BaseImage> ImageAsync(VmServices services, TravelManifest manifest, CancellationToken cancellationToken)
    {
        BaseImage? image = null;
        ImageException? cause = null;
        try
        {
            image = await services.Images.ResolveAsync(manifest.Image, cancellationToken).ConfigureAwait(false);
        }
        catch (ImageException e) when (e.Code == SandboxErrorCode.ImageMissing)
        {
            cause = e;
        }

        if (image?.Id != manifest.Image)
        {
            throw new ImageException(SandboxErrorCode.ImageMissing, $"The checkpoint cannot be imported: it is of a machine of the base image {manifest.Image}, which is not in this store and is not the host's own.", cause) { Step = "import.image", Advice = "Open the host with that image (GuestImage), then import again." };
        }

        if (manifest.MemoryMiB < image.Manifest.MinimumMemoryMiB)
        {
            throw TravelFile.Invalid($"its machine has {manifest.MemoryMiB} MiB of memory, and its image needs at least {image.Manifest.MinimumMemoryMiB}");
        }

        return manifest.DiskBytes == image.Manifest.Files.Base.VirtualSize ? image : throw TravelFile.Invalid("its disk has another size than its image");
    }

    /// <summary>The state under a temporary name, the disk with the instant in it, all of it on the disk; then the state gets its name.</summary>
    private static async Task<CheckpointRow> ReceiveAsync(VmServices services, VmId id, TravelManifest manifest, BaseImage image, QemuInstallation installation, Stream source, CancellationToken cancellationToken)
    {
        var checkpoint = Row(id, manifest);
        var state = services.Layout.Checkpoint(checkpoint.MachineId, checkpoint.Id);
        var part = state + PartExtension;
        var overlay = services.Layout.Overlay(checkpoint.MachineId);
        Write(id, () =>
        {
            services.Platform.Files.MakeFile(part);
            return true;
        });
        await TravelFile.ReceiveAsync(source, manifest.State, part, services.Platform.Files, cancellationToken).ConfigureAwait(false);
        await TravelFile.ReceiveAsync(source, manifest.Disk, overlay, services.Platform.Files, cancellationToken).ConfigureAwait(false);
        VmLog.Step(services.Logger, checkpoint.MachineId, "import.received");
        await TravelFile.DemandEndAsync(source, cancellationToken).ConfigureAwait(false);
        TravelDisk.Demand(overlay, image, services.Layout.Root);
        try
        {
            await services.ImageTool.KeepAsync(installation, checkpoint.MachineId, new OverlayDisk(overlay, image.BasePath, "qcow2"), checkpoint.Snapshot(), cancellationToken).ConfigureAwait(false);
        }
        catch (QemuException e) when (e.Evidence.ExitCode is not null)
        {
            throw TravelFile.Invalid($"its disk cannot be used ({e.Sentence})", e);
        }

        VmLog.Step(services.Logger, checkpoint.MachineId, "import.kept");
        Write(id, () =>
        {
            services.Platform.Files.FlushFile(overlay);
            services.Platform.Files.MoveDurably(part, state);
            services.Platform.Files.FlushFolder(services.Layout.Machines);
            return true;
        });
        VmLog.Step(services.Logger, checkpoint.MachineId, "import.named");
        return checkpoint;
    }

    private static CheckpointRow Row(VmId id, TravelManifest manifest) => new()
    {
        Id = VmId.New().ToString(),
        MachineId = id.ToString(),
        Name = manifest.Name,
        TakenAt = manifest.TakenAt,
        Length = manifest.State.Length,
        StateBytes = manifest.StateBytes,
        Sha256 = manifest.State.Sha256,
        MachineType = manifest.MachineType,
        CpuModel = manifest.CpuModel,
        Accelerator = manifest.Accelerator,
        QemuVersion = manifest.QemuVersion,
    };

    private static T Write<T>(VmId id, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The imported machine {id} cannot be written");
        }
    }
}
