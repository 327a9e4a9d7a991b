using System.CommandLine;
using System.Globalization;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Jobs;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Logs;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>logs: what a machine, its guest and its program said; also after the machine is gone, for as long as --keep-log asked.</summary>
internal static class LogsCommand
{
    public static Command Create(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var tail = Flags.Whole("--tail", "Only the last N lines.");
        var since = Flags.Value<DateTimeOffset>("--since", "TIME", "Only lines from this moment on: 2026-01-31T12:00:00Z, or 10m for ten minutes ago.", Moment, "no moment; write 2026-01-31T12:00:00Z, or 10m for ten minutes ago");
        var sources = Flags.Many("--source", "SOURCE", "Only this source: host, qemu, console, daemon, stdout or stderr.");
        var follow = Flags.Switch("--follow", "Go on with what comes, until the machine is gone.");
        var command = new Command("logs", "Show a machine's log.") { machine, tail, since, sources, follow };
        runner.Handle(command, (run, cancellationToken) => ShowAsync(
            run,
            run.Get(machine),
            new LogQuery
            {
                Tail = run.Get(tail),
                Since = run.Get(since),
                Sources = [.. (run.Get(sources) ?? []).Select(Source)],
                Follow = run.Get(follow),
            },
            cancellationToken));
        return command;
    }

    private static async Task ShowAsync(CommandRun run, Vms.VmId machine, LogQuery query, CancellationToken cancellationToken)
    {
        var host = await run.HostAsync(cancellationToken);
        await foreach (var line in host.ReadLogAsync(machine, query, cancellationToken))
        {
            if (run.Screen.IsJson)
            {
                run.Screen.Json(line, ConsoleJsonContext.Default.LogLine);
            }
            else
            {
                run.Screen.Line(string.Create(CultureInfo.InvariantCulture, $"{line.Time:yyyy-MM-ddTHH:mm:ss.fffZ} {line.Source.ToString().ToLowerInvariant(),-7} {line.Text}"));
            }
        }
    }

    private static LogSource Source(string name) =>
        Flags.Parse<LogSource>(name) ?? throw new UsageException($"--source: \"{name}\" is none of {string.Join(", ", Enum.GetNames<LogSource>().Select(static name => name.ToLowerInvariant()))}.");

    private static DateTimeOffset? Moment(string text) => Quantities.Duration(text) is { } ago
        ? TimeProvider.System.GetUtcNow() - ago
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var moment) ? moment : null;
}
