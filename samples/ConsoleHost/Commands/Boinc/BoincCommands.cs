using System.CommandLine;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Boinc;

/// <summary>boinc: the applications of a project that the BOINC client of this computer is attached to, in sandboxes and out again.</summary>
internal static class BoincCommands
{
    public static Command Create(CommandRunner runner)
    {
        var options = new BoincOptions();
        var command = new Command("boinc", "Run the applications of a BOINC project in sandboxes, under the client that you have.")
        {
            ListCommand.Create(runner, options),
            EnableCommand.Create(runner, options),
            SwitchCommands.Disable(runner, options),
            SwitchCommands.Refresh(runner, options),
            PageCommand.Create(runner, options),
        };
        options.AddTo(command);
        return command;
    }
}
