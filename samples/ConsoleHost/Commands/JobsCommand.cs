using System.CommandLine;
using System.Globalization;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>jobs: those whose host process died under them, and what is known of their programs.</summary>
internal static class JobsCommand
{
    public static Command Create(CommandRunner runner)
    {
        var forget = Flags.Switch("--forget", "Forget them when they have been told.");
        var command = new Command("jobs", "Tell of jobs that were interrupted by the death of their host process, oldest first; with --json one a line.") { forget };
        runner.Handle(command, (run, cancellationToken) => TellAsync(run, run.Get(forget), cancellationToken));
        return command;
    }

    private static async Task TellAsync(CommandRun run, bool forget, CancellationToken cancellationToken)
    {
        var host = await run.HostAsync(cancellationToken);
        foreach (var job in await host.FindInterruptedJobsAsync(cancellationToken))
        {
            if (run.Screen.IsJson)
            {
                run.Screen.Json(job, ConsoleJsonContext.Default.InterruptedJob);
            }
            else
            {
                var labels = string.Concat(job.Labels.Select(static label => $" {label.Key}={label.Value}"));
                run.Screen.Line(string.Create(CultureInfo.InvariantCulture, $"{job.Id} {job.StartedAt:yyyy-MM-ddTHH:mm:ssZ} machine {job.Machine}: {Printable.Line(job.Program)} {Fate(job.Fate, job.ExitCode)}{Printable.Line(labels)}"));
            }

            if (forget)
            {
                await host.ForgetInterruptedJobAsync(job.Id, cancellationToken);
            }
        }
    }

    private static string Fate(Primitives.TaskFate fate, int? exitCode) => fate == Primitives.TaskFate.Ended
        ? string.Create(CultureInfo.InvariantCulture, $"had ended{(exitCode is { } code ? $" with exit code {code}" : "")}")
        : "may have run";
}
