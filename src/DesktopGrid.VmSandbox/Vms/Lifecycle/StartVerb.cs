using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Vms.Boundary;
using DesktopGrid.VmSandbox.Vms.Checkpoints;
using DesktopGrid.VmSandbox.Vms.Running;
using DesktopGrid.VmSandbox.Vms.Templates;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>start: prove the accelerator, launch QEMU, and wait until the guest's daemon answers; from a template where one fits.</summary>
internal static class StartVerb
{
    public static Task RunAsync(VmServices services, TemplateStore templates, VmSlot slot, Func<RunningVm, Task> watch, CancellationToken cancellationToken)
    {
        var launch = new MachineLaunch(services, slot, VmVerb.Start);
        return launch.RunAsync(StartAsync, watch, cancellationToken);

        async Task StartAsync(CancellationToken token)
        {
            await launch.PrepareAsync(token).ConfigureAwait(false);
            await InstantSweep.RunAsync(services, launch, token).ConfigureAwait(false);
            if (!IsWarmable(launch.Row) || !await new WarmStart(services, templates, launch).TryAsync(token).ConfigureAwait(false))
            {
                await BootAsync(token).ConfigureAwait(false);
            }

            VmLog.Started(services.Logger, slot.Id, launch.Spec.Accelerator.ToString(), launch.Running.Qemu.Identity.Id);
        }

        async Task BootAsync(CancellationToken token)
        {
            await launch.LaunchAsync(StartPath.Cold, token).ConfigureAwait(false);
            var running = launch.Running;
            VmLog.Step(services.Logger, launch.Row.Id, "start.launched");
            var greeting = await launch.WaitAsync(
                async within =>
                {
                    var begin = services.Time.GetTimestamp();
                    await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, within).ConfigureAwait(false);
                    var ready = await running.Link.WaitUntilReadyAsync(within).ConfigureAwait(false);
                    return GuestPace.Fault(ready.Uptime, services.Time.GetElapsedTime(begin)) is { } fault ? throw fault : ready;
                },
                token).ConfigureAwait(false);
            VmLog.Step(services.Logger, launch.Row.Id, "start.booted");
            running.Log.Write(LogSource.Host, $"ready: daemon {greeting.DaemonVersion}, guest up for {greeting.Uptime.TotalSeconds:0.0} s");
        }
    }

    /// <summary>What a guest has written to its disk, here or where it came from, would not fit the memory of another, and would be lost.</summary>
    private static bool IsWarmable(MachineRow row) => row is { WarmStart: true, StartPath: null } && row.VmState() == VmState.Created;
}
