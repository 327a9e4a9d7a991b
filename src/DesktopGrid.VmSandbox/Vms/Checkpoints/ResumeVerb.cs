using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Vms.Migration;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Checkpoints;

/// <summary>
/// resume: the disk goes back to the instant, a new QEMU takes the state, and the guest is told the time and given fresh randomness. One that
/// is damaged or does not fit is passed over for the one before it, once.
/// </summary>
internal static class ResumeVerb
{
    private const int MostTried = 2;

    public static async Task<VmCheckpoint> RunAsync(VmServices services, VmSlot slot, string? name, Func<RunningVm, Task> watch, CancellationToken cancellationToken)
    {
        services.Machines.Require(slot.Id).Demand(VmVerb.Resume);
        var candidates = services.Checkpoints.From(slot.Id, name, VmVerb.Resume).Take(MostTried).ToList();
        for (var tried = 0; ; tried++)
        {
            try
            {
                await FromAsync(services, slot, candidates[tried], watch, cancellationToken).ConfigureAwait(false);
                return candidates[tried].Describe();
            }
            catch (VmException e) when (e.Code == SandboxErrorCode.CheckpointUnusable && tried + 1 < candidates.Count)
            {
                VmLog.PassedOver(services.Logger, slot.Id, candidates[tried].Name, e);
            }
        }
    }

    private static Task FromAsync(VmServices services, VmSlot slot, CheckpointRow checkpoint, Func<RunningVm, Task> watch, CancellationToken cancellationToken)
    {
        var launch = new MachineLaunch(services, slot, VmVerb.Resume);
        return launch.RunAsync(GoOnAsync, watch, cancellationToken);

        void Tell(string step) => VmLog.Step(services.Logger, slot.Id.ToString(), $"resume.{step}");

        async Task GoOnAsync(CancellationToken token)
        {
            await launch.PrepareAsync(token).ConfigureAwait(false);
            await DemandFitAsync(services, checkpoint, launch.Spec, token).ConfigureAwait(false);
            Tell("fits");
            await InstantSweep.RunAsync(services, launch, token).ConfigureAwait(false);
            await RevertAsync(services, slot.Id, checkpoint, launch, token).ConfigureAwait(false);
            Tell("reverted");
            await launch.LaunchAsync(StartPath.Resumed, token).ConfigureAwait(false);
            var running = launch.Running;
            Tell("launched");
            try
            {
                await launch.WaitAsync(
                    async within =>
                    {
                        await StateTarget.LoadAsync(running.Qemu.Monitor, launch.Spec.State!, (stream, inner) => StateFile.PourAsync(services.Layout.Checkpoint(checkpoint.MachineId, checkpoint.Id), checkpoint.StateBytes, stream, inner), services.Time, within).ConfigureAwait(false);
                        return true;
                    },
                    token).ConfigureAwait(false);
            }
            catch (SandboxException e) when (e.Code is SandboxErrorCode.MachineEnded or SandboxErrorCode.MonitorCommandFailed)
            {
                throw checkpoint.Unusable(VmVerb.Resume, $"QEMU cannot load it. {e.Sentence}", "resume.load", e);
            }
            catch (InvalidDataException e)
            {
                throw checkpoint.Unusable(VmVerb.Resume, e.Message, "resume.load", e);
            }

            Tell("loaded");
            await launch.WaitAsync(
                async within =>
                {
                    await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, within).ConfigureAwait(false);
                    Tell("running");
                    await running.Link.RenewAsync(identity: null, within).ConfigureAwait(false);
                    return true;
                },
                token).ConfigureAwait(false);
            Tell("renewed");
            running.Log.Write(LogSource.Host, $"resumed from checkpoint {checkpoint.Name} of {checkpoint.TakenAt:O}");
            VmLog.Resumed(services.Logger, slot.Id, checkpoint.Name, launch.Spec.Accelerator.ToString(), running.Qemu.Identity.Id);
        }
    }

    private static async Task DemandFitAsync(VmServices services, CheckpointRow checkpoint, MachineSpec spec, CancellationToken cancellationToken)
    {
        if (checkpoint.MachineType != spec.MachineType || checkpoint.CpuModel != spec.CpuModel || checkpoint.Accelerator != spec.Accelerator.ToString())
        {
            throw checkpoint.Unusable(VmVerb.Resume, $"It was taken of {checkpoint.MachineType} with {checkpoint.CpuModel} under {checkpoint.Accelerator}, and this would be {spec.MachineType} with {spec.CpuModel} under {spec.Accelerator}.", "resume.fit");
        }

        var path = services.Layout.Checkpoint(checkpoint.MachineId, checkpoint.Id);
        try
        {
            if (new FileInfo(path).Length != checkpoint.Length || await StateFile.HashAsync(path, cancellationToken).ConfigureAwait(false) != checkpoint.Sha256)
            {
                throw checkpoint.Unusable(VmVerb.Resume, $"Its file {path} has other bytes than when it was written.", "resume.hash");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw checkpoint.Unusable(VmVerb.Resume, $"Its file {path} cannot be read: {e.Message}", "resume.hash", e);
        }
    }

    private static async Task RevertAsync(VmServices services, VmId id, CheckpointRow checkpoint, MachineLaunch launch, CancellationToken cancellationToken)
    {
        try
        {
            await services.ImageTool.RevertAsync(launch.Installation, id.ToString(), launch.Spec.Disk!, checkpoint.Snapshot(), cancellationToken).ConfigureAwait(false);
        }
        catch (QemuException e) when (e.Evidence.ExitCode is not null)
        {
            throw checkpoint.Unusable(VmVerb.Resume, $"The disk does not keep its instant. {e.Sentence}", "resume.disk", e);
        }
    }
}
