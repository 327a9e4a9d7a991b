using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>doctor: boots a guest before it says that all is well.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new Command("doctor", $"Boot a guest, and tell what this computer can do and what is missing. Ends with 0 when jobs can run here, with {ExitCode.Unavailable} when not.");
        runner.Handle(command, ExamineAsync);
        return command;
    }

    private static async Task<int> ExamineAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var host = await run.HostAsync(cancellationToken);
        var diagnosis = await run.Screen.Progress.WatchAsync(new WorkState("booting guests to see what works"), () => host.DiagnoseAsync(cancellationToken));
        if (run.Screen.IsJson)
        {
            run.Screen.Json(diagnosis, ConsoleJsonContext.Default.HostDiagnosis);
        }
        else
        {
            DiagnosisView.Write(diagnosis, host.StorePath, run.Screen);
        }

        return diagnosis.IsReady ? ExitCode.Done : ExitCode.Unavailable;
    }
}
