using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Checkpoints;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Travel;

/// <summary>
/// export: one file that has all of a checkpoint and nothing of this host. The machine must not run: QEMU keeps the tables of a disk that it has
/// open in its memory, so that nobody else can know where the instant's clusters lie.
/// </summary>
internal static class ExportVerb
{
    public static async Task RunAsync(VmServices services, VmSlot slot, string? name, Stream destination, CancellationToken cancellationToken)
    {
        services.Machines.Require(slot.Id).Demand(VmVerb.Export);
        var isOurs = slot.Lock is not null;
        slot.Lock ??= await MachineLock.TakeAsync(services.Layout.Lock(slot.Id.ToString()), services.Time, cancellationToken).ConfigureAwait(false) ?? throw VmException.Busy(slot.Id, VmVerb.Export);
        try
        {
            // Read again: until the lock was ours, another process may have had the machine.
            var row = services.Machines.Require(slot.Id);
            row.Demand(VmVerb.Export);
            if (File.Exists(services.Layout.InputDisk(row.Id)) || File.Exists(services.Layout.OutputDisk(row.Id)))
            {
                throw new VmException(SandboxErrorCode.MachineInvalid, $"Machine {slot.Id} is a job's and has disks for its inputs or outputs, which do not travel.") { Machine = row.Id, Verb = VmVerb.Export, Step = "export.disks" };
            }

            var checkpoint = services.Checkpoints.From(slot.Id, name, VmVerb.Export)[0];
            var disk = services.Layout.CheckpointDisk(row.Id, VmId.New().ToString());
            try
            {
                await SendAsync(services, row, checkpoint, disk, destination, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                StoreLayout.Forget(disk);
            }
        }
        finally
        {
            if (!isOurs)
            {
                await slot.ReleaseAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task SendAsync(VmServices services, MachineRow row, CheckpointRow checkpoint, string disk, Stream destination, CancellationToken cancellationToken)
    {
        var state = services.Layout.Checkpoint(row.Id, checkpoint.Id);
        if (!await IsWholeAsync(checkpoint, state, cancellationToken).ConfigureAwait(false))
        {
            throw checkpoint.Unusable(VmVerb.Export, $"Its file {state} has other bytes than when it was written.", "export.hash");
        }

        VmLog.Step(services.Logger, row.Id, "export.fits");
        var image = services.Images.Open(row.ImageId);
        await ExtractAsync(services, row, checkpoint, image, disk, cancellationToken).ConfigureAwait(false);
        VmLog.Step(services.Logger, row.Id, "export.extracted");
        var manifest = new TravelManifest
        {
            Name = checkpoint.Name,
            TakenAt = checkpoint.TakenAt,
            Image = image.Id,
            Layers = [.. row.Layers.Select(id => new TravelLayer(id, services.Layers.NameOf(id)))],
            MemoryMiB = row.MemoryMiB,
            VirtualCpus = row.VirtualCpus,
            MachineType = checkpoint.MachineType,
            CpuModel = checkpoint.CpuModel,
            Accelerator = checkpoint.Accelerator,
            QemuVersion = checkpoint.QemuVersion,
            StateBytes = checkpoint.StateBytes,
            DiskBytes = image.Manifest.Files.Base.VirtualSize!.Value,
            State = new TravelPart(new FileInfo(state).Length, checkpoint.Sha256),
            Disk = new TravelPart(new FileInfo(disk).Length, await StateFile.HashAsync(disk, cancellationToken).ConfigureAwait(false)),
        };
        await TravelFile.WriteHeadAsync(destination, manifest, cancellationToken).ConfigureAwait(false);
        await TravelFile.SendAsync(state, destination, cancellationToken).ConfigureAwait(false);
        await TravelFile.SendAsync(disk, destination, cancellationToken).ConfigureAwait(false);
        await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
        VmLog.Step(services.Logger, row.Id, "export.sent");
        VmLog.Exported(services.Logger, VmId.Parse(row.Id), checkpoint.Name, manifest.State.Length + manifest.Disk.Length);
    }

    private static async Task<bool> IsWholeAsync(CheckpointRow checkpoint, string state, CancellationToken cancellationToken)
    {
        try
        {
            // The length first: what somebody has put in its place may have no end.
            return new FileInfo(state).Length == checkpoint.Length && await StateFile.HashAsync(state, cancellationToken).ConfigureAwait(false) == checkpoint.Sha256;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw checkpoint.Unusable(VmVerb.Export, $"Its file {state} cannot be read: {e.Message}", "export.hash", e);
        }
    }

    /// <summary>The disk of that instant alone, over the base as every store names it: no snapshot, no later write, no path of this host.</summary>
    private static async Task ExtractAsync(VmServices services, MachineRow row, CheckpointRow checkpoint, BaseImage image, string disk, CancellationToken cancellationToken)
    {
        var overlay = services.Layout.Overlay(row.Id);
        BackingChain.Check(overlay, services.Layout.Root);
        var installation = await services.Selector.FindAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            services.Platform.Files.MakeFile(disk);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The disk of checkpoint {checkpoint.Name} cannot be written");
        }

        OverlayWriter.Write(disk, TravelDisk.Backing(image.Id), "qcow2", image.Manifest.Files.Base.VirtualSize!.Value);
        try
        {
            await services.ImageTool.ExtractAsync(installation, row.Id, new OverlayDisk(overlay, image.BasePath, "qcow2"), checkpoint.Snapshot(), disk, cancellationToken).ConfigureAwait(false);
        }
        catch (QemuException e) when (e.Evidence.ExitCode is not null)
        {
            throw checkpoint.Unusable(VmVerb.Export, $"The disk does not give its instant. {e.Sentence}", "export.disk", e);
        }
    }
}
