using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Vm;

/// <summary>vm destroy: afterwards there is nothing of the machine, but a log that was asked to stay.</summary>
internal static class DestroyCommand
{
    public static Command Create(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var command = new Command("destroy", "End a machine, and remove everything that it had on disk.") { machine };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var id = run.Get(machine);
            var host = await run.HostAsync(cancellationToken);
            // How it was before, since afterwards nobody can tell.
            var status = await host.Machines.GetStatusAsync(id, cancellationToken);
            await run.Screen.Progress.WatchAsync(new WorkState($"destroy {id}"), () => CommandRun.WhenFreeAsync(() => host.Machines.DestroyAsync(id, cancellationToken), cancellationToken));
            StatusView.WriteState(status with { State = VmState.Destroyed, ProcessId = null, MemoryBytes = 0, DiskBytes = 0, Confinement = [] }, run.Screen);
        });
        return command;
    }
}
