using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Checkpoints;
using DesktopGrid.VmSandbox.Vms.Migration;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>load: takes up a machine whose process runs on, or sees that it has ended.</summary>
internal static class LoadVerb
{
    public static async Task RunAsync(VmServices services, VmSlot slot, Func<RunningVm, Task> watch, CancellationToken cancellationToken, VmVerb asked = VmVerb.Load)
    {
        var row = services.Machines.Require(slot.Id);
        row.Demand(VmVerb.Load);
        if (slot.Running is not null || row.VmState() is not (VmState.Running or VmState.Suspended))
        {
            return;
        }

        slot.Lock ??= await MachineLock.TakeAsync(services.Layout.Lock(row.Id), services.Time, cancellationToken).ConfigureAwait(false) ?? throw VmException.Busy(slot.Id, asked);
        // Read again: until the lock was ours, another process may have had the machine.
        row = services.Machines.Require(slot.Id);
        if (row.VmState() is not (VmState.Running or VmState.Suspended))
        {
            await slot.ReleaseAsync().ConfigureAwait(false);
            return;
        }

        var identity = ProcessIdentity.TryParse(row.Process);
        if (identity is null || !services.Platform.Finder.IsAlive(identity))
        {
            MarkEnded(services, row, "QEMU ended while no host process watched over it.");
            await slot.ReleaseAsync().ConfigureAwait(false);
            return;
        }

        try
        {
            await AdoptAsync(services, slot, row, identity, cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxException) when (slot.Running is null && !services.Platform.Finder.IsAlive(identity))
        {
            // It was ending when it was looked at.
            MarkEnded(services, row, "QEMU ended while no host process watched over it.");
            await slot.ReleaseAsync().ConfigureAwait(false);
            return;
        }
        catch
        {
            await slot.ReleaseAsync().ConfigureAwait(false);
            throw;
        }

        slot.Share ??= services.Budget.TakeAnyway(row.MemoryMiB, row.VirtualCpus);
        _ = watch(slot.Running!);
    }

    /// <summary>Writes the truth about a machine whose process is gone.</summary>
    public static void MarkEnded(VmServices services, MachineRow row, string why)
    {
        services.Machines.Update(row with { State = nameof(VmState.Failed), Process = null, CpuTime = row.CpuTime + CpuTimeNote.Read(services.Layout, row), LastError = why });
        using var log = new MachineLog(services.Layout.Log(row.Id), services.Time);
        log.Write(LogSource.Host, why);
        services.Platform.RuntimeDirectories.Remove(row.Id);
    }

    private static async Task AdoptAsync(VmServices services, VmSlot slot, MachineRow row, ProcessIdentity identity, CancellationToken cancellationToken)
    {
        var image = services.Images.Open(row.ImageId);
        var accelerator = Enum.TryParse<Accelerator>(row.Accelerator, out var known) ? known : Accelerator.Tcg;
        var spec = MachineWiring.Spec(services, row, image, accelerator);
        var qemu = await services.Launcher.AdoptAsync(identity, spec, cancellationToken).ConfigureAwait(false);
        slot.Running = await MachineWiring.JoinAsync(services, slot.Id, spec, qemu, isFresh: false).ConfigureAwait(false);
        VmLog.Step(services.Logger, row.Id, "load.joined");
        // It may have died in the middle of a checkpoint as well, in which QEMU would stand for ever.
        if (await StateSource.IsUnfinishedAsync(qemu.Monitor, cancellationToken).ConfigureAwait(false))
        {
            await StateSource.AbandonAsync(qemu.Monitor, row.VmState() == VmState.Running ? AfterSaving.GoesOn : AfterSaving.Stands, services.Time).ConfigureAwait(false);
        }

        // The process that held it may have died between the monitor's answer and its own note of it.
        var status = await qemu.Monitor.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken).ConfigureAwait(false);
        var isRunning = status.Running;
        if (!isRunning)
        {
            slot.Running.GuestTime.Stand();
        }

        if (row.IsHeld && !isRunning)
        {
            // It stood for its computer's owner, whom its dead host watched. If he still needs the computer, whoever watches here sees it at the next look.
            await qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, cancellationToken).ConfigureAwait(false);
            slot.Running.GuestTime.GoOn();
            slot.Running.Clock.Tell();
            isRunning = true;
        }

        services.Machines.Update(row with { State = isRunning ? nameof(VmState.Running) : nameof(VmState.Suspended), IsHeld = false });
        VmLog.Step(services.Logger, row.Id, "load.noted");
        VmLog.TakenUp(services.Logger, slot.Id, identity.Id);
        slot.Running.Log.Write(LogSource.Host, $"taken up again by process {Environment.ProcessId}");
    }
}
