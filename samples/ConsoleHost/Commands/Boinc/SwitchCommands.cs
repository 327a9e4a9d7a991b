using System.CommandLine;
using DesktopGrid.VmSandbox.Boinc.Control;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Boinc;

/// <summary>boinc disable and boinc refresh.</summary>
internal static class SwitchCommands
{
    public static Command Disable(CommandRunner runner, BoincOptions options) => Create(
        runner,
        options,
        new Command("disable", "Take a project out of sandboxes, and leave nothing of vmsandbox in its folder. Its tasks must end first."),
        static (control, project, switching, cancellationToken) => control.DisableAsync(project, switching, cancellationToken));

    public static Command Refresh(CommandRunner runner, BoincOptions options) => Create(
        runner,
        options,
        new Command("refresh", "Bring a project's new versions into sandboxes: its tasks end, the client fetches once, and all is written anew. Run it again until it says that it is done."),
        static (control, project, switching, cancellationToken) => control.RefreshAsync(project, switching, cancellationToken));

    private static Command Create(CommandRunner runner, BoincOptions options, Command command, Func<BoincControl, string, SwitchOptions, CancellationToken, Task<SwitchOutcome>> act)
    {
        var project = BoincOptions.Project();
        command.Arguments.Add(project);
        var switching = new SwitchFlags();
        switching.AddTo(command);
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var control = options.Open(run);
            BoincView.Write(await run.Screen.Progress.WatchAsync(new WorkState(command.Name), () => act(control, run.Get(project), switching.Read(run), cancellationToken)), run.Screen);
        });
        return command;
    }
}
