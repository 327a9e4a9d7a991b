using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>load: takes up a machine whose process runs on, or sees that it has ended.</summary>
internal static class LoadVerb
{
    public static async Task RunAsync(VmServices services, VmSlot slot, Func<RunningVm, Task> watch, CancellationToken cancellationToken)
    {
        var row = services.Machines.Require(slot.Id);
        row.Demand(VmVerb.Load);
        if (slot.Running is not null || row.VmState() is not (VmState.Running or VmState.Suspended))
        {
            return;
        }

        slot.Lock ??= MachineLock.TryTake(services.Layout.Lock(row.Id)) ?? throw Busy(slot.Id, VmVerb.Load);
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
        catch
        {
            await slot.ReleaseAsync().ConfigureAwait(false);
            throw;
        }

        _ = watch(slot.Running!);
    }

    /// <summary>Another process runs this machine.</summary>
    public static VmException Busy(VmId id, VmVerb verb) =>
        new(SandboxErrorCode.MachineBusy, $"Machine {id} is held by another process; {verb} is for that one to do.") { Machine = id.ToString(), Verb = verb, IsTransient = true };

    /// <summary>Writes the truth about a machine whose process is gone.</summary>
    public static void MarkEnded(VmServices services, MachineRow row, string why)
    {
        services.Machines.Update(row with { State = nameof(VmState.Failed), Process = null, LastError = why });
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
        slot.Running = new RunningVm(qemu, services.Links.Connect(slot.Id, spec.Ports, isFresh: false), new MachineLog(services.Layout.Log(row.Id), services.Time), services.Platform.Meter, services.Time);
        // The process that held it may have died between the monitor's answer and its own note of it.
        var status = await qemu.Monitor.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken).ConfigureAwait(false);
        services.Machines.Update(row with { State = status.Running ? nameof(VmState.Running) : nameof(VmState.Suspended) });
        slot.Running.Log.Write(LogSource.Host, $"taken up again by process {Environment.ProcessId}");
    }
}
