using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Boinc;

/// <summary>boinc list: the projects, their applications, and why one cannot run in a sandbox.</summary>
internal static class ListCommand
{
    public static Command Create(CommandRunner runner, BoincOptions options)
    {
        var verify = Flags.Switch("--verify", "Hash every file again that was verified when a project was enabled.");
        var command = new Command("list", "Tell which projects run in sandboxes, and which could.") { verify };
        runner.Handle(command, async (run, cancellationToken) => BoincView.Write(await options.Open(run).ListAsync(run.Get(verify), cancellationToken), run.Screen));
        return command;
    }
}
