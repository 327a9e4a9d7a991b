using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Vm;

/// <summary>vm create: a machine that no process runs yet; prints its id.</summary>
internal static class CreateCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new Command("create", "Make a machine from a base image, and print its id.");
        var options = new MachineOptions();
        options.AddTo(command);
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var host = await run.HostAsync(cancellationToken);
            // Every call of this program is a process of its own; a machine that died with it would be of no use.
            var machine = options.Read(run.Parsed) with { OutlivesHost = true };
            var id = await run.Screen.Progress.WatchAsync(new WorkState("making the machine"), () => host.Machines.CreateAsync(machine, cancellationToken));
            if (run.Screen.IsJson)
            {
                run.Screen.Json(await host.Machines.GetStatusAsync(id, cancellationToken), ConsoleJsonContext.Default.VmStatus);
            }
            else
            {
                run.Screen.Line(id.ToString());
            }
        });
        return command;
    }
}
