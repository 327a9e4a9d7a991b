using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Vm;

/// <summary>vm status and vm list: look, and take nothing in hand.</summary>
internal static class StatusCommands
{
    public static Command Status(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var command = new Command("status", "Tell how a machine is.") { machine };
        // As the talk spells it.
        command.Aliases.Add("get_status");
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var host = await run.HostAsync(cancellationToken);
            StatusView.Write(await host.Machines.GetStatusAsync(run.Get(machine), cancellationToken), run.Screen);
        });
        return command;
    }

    public static Command List(CommandRunner runner)
    {
        var labels = Flags.Pairs("--label", "Only machines with this label.");
        var command = new Command("list", "Tell how the machines of the store are, oldest first; with --json one a line.") { labels };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var host = await run.HostAsync(cancellationToken);
            StatusView.Write(await host.Machines.FindAsync(run.Get(labels) ?? [], cancellationToken), run.Screen);
        });
        return command;
    }
}
