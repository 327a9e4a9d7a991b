using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>stop: the guest is asked, then QEMU, then the process is killed; each within its bound.</summary>
internal static class StopVerb
{
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan QuitBound = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(VmServices services, VmSlot slot, TimeSpan? grace, CancellationToken cancellationToken)
    {
        var patience = grace ?? DefaultGrace;
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, TimeSpan.Zero, nameof(grace));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(patience, TimeSpan.FromHours(1), nameof(grace));
        var row = services.Machines.Require(slot.Id);
        row.Demand(VmVerb.Stop);
        var running = slot.Running ?? throw VmException.Busy(slot.Id, VmVerb.Stop);
        await EndAsync(services, running, row.VmState(), patience, cancellationToken).ConfigureAwait(false);
        await NoteAsync(services, slot, running, row).ConfigureAwait(false);
    }

    /// <summary>Writes down that the machine was stopped, and lets go of it.</summary>
    public static async Task NoteAsync(VmServices services, VmSlot slot, RunningVm running, MachineRow row)
    {
        VmLog.Step(services.Logger, row.Id, "stop.ended");
        var usage = running.Usage?.CpuTime ?? TimeSpan.Zero;
        VmLog.Stopped(services.Logger, slot.Id);
        running.Log.Write(LogSource.Host, "stopped");
        await slot.ReleaseAsync(() =>
        {
            services.Platform.RuntimeDirectories.Remove(row.Id);
            services.Machines.Update(row with { State = nameof(VmState.Stopped), Process = null, CpuTime = row.CpuTime + usage, LastError = null });
        }).ConfigureAwait(false);
    }

    /// <summary>Ends the process by the gentlest means that works in time. A caller who cancels is no longer patient.</summary>
    public static async Task EndAsync(VmServices services, RunningVm running, VmState state, TimeSpan grace, CancellationToken cancellationToken)
    {
        running.IsEnding = true;
        running.Measure();
        if (state == VmState.Running && grace > TimeSpan.Zero)
        {
            await TryAsync(async token =>
            {
                await running.Link.ShutDownAsync(token).ConfigureAwait(false);
                await running.Qemu.Exited.WaitAsync(token).ConfigureAwait(false);
            }, grace).ConfigureAwait(false);
        }

        running.Measure();
        if (!running.Qemu.Exited.IsCompleted)
        {
            await TryAsync(async token =>
            {
                await running.Qemu.Monitor.ExecuteAsync(ControlCommands.Quit, token).ConfigureAwait(false);
                await running.Qemu.Exited.WaitAsync(token).ConfigureAwait(false);
            }, QuitBound).ConfigureAwait(false);
        }

        await running.KillAsync().ConfigureAwait(false);

        async Task TryAsync(Func<CancellationToken, Task> step, TimeSpan limit)
        {
            using var scope = Deadline.After(limit, services.Time).Enter(cancellationToken);
            try
            {
                await step(scope.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SandboxException or OperationCanceledException)
            {
                // Then the next, less gentle way.
            }
        }
    }
}
