using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Boinc;

/// <summary>boinc enable: says what would come of it and how much slower it is, asks, and does it.</summary>
internal static class EnableCommand
{
    public static Command Create(CommandRunner runner, BoincOptions options)
    {
        var project = BoincOptions.Project();
        var yes = Flags.Switch("--yes", "Do it without a question.");
        var switching = new SwitchFlags();
        var command = new Command("enable", "Run a project's applications in sandboxes, from the client's next start on. Says first how much slower that is.") { project, yes };
        switching.AddTo(command);
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var control = options.Open(run);
            var preview = await run.Screen.Progress.WatchAsync(new WorkState("judging, verifying and measuring"), () => control.PreviewAsync(run.Get(project), cancellationToken));
            BoincView.Write(preview, run.Screen);
            if (!run.Get(yes))
            {
                Ask(run.Screen);
            }

            BoincView.Write(await run.Screen.Progress.WatchAsync(new WorkState("enabling"), () => control.EnableAsync(preview, switching.Read(run), cancellationToken)), run.Screen);
        });
        return command;
    }

    private static void Ask(Screen screen)
    {
        if (screen.IsJson || Console.IsInputRedirected)
        {
            throw new UsageException("Nothing was changed: nobody said yes.", "Say --yes.");
        }

        screen.Note("Enable it? (yes/no)");
        if (Console.ReadLine()?.Trim() is not ("yes" or "y" or "Yes" or "YES" or "Y"))
        {
            throw new UsageException("Nothing was changed.");
        }
    }
}
