using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>start: prove the accelerator, launch QEMU, and wait until the guest's daemon answers.</summary>
internal static class StartVerb
{
    public static Task RunAsync(VmServices services, VmSlot slot, Func<RunningVm, Task> watch, CancellationToken cancellationToken)
    {
        var launch = new MachineLaunch(services, slot, VmVerb.Start);
        return launch.RunAsync(BootAsync, watch, cancellationToken);

        async Task BootAsync(CancellationToken token)
        {
            await launch.PrepareAsync(token).ConfigureAwait(false);
            await launch.LaunchAsync(StartPath.Cold, token).ConfigureAwait(false);
            var running = launch.Running;
            var greeting = await launch.WaitAsync(
                async within =>
                {
                    await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, within).ConfigureAwait(false);
                    return await running.Link.WaitUntilReadyAsync(within).ConfigureAwait(false);
                },
                token).ConfigureAwait(false);
            running.Log.Write(LogSource.Host, $"ready: daemon {greeting.DaemonVersion}, guest up for {greeting.Uptime.TotalSeconds:0.0} s");
            VmLog.Started(services.Logger, slot.Id, launch.Spec.Accelerator.ToString(), running.Qemu.Identity.Id);
        }
    }
}
