using System.CommandLine;
using System.Globalization;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Sb;

/// <summary>sb stop, status and ping.</summary>
internal static class TaskCommands
{
    public static Command Stop(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var grace = Flags.Duration("--grace", "How long the program may take after SIGTERM before SIGKILL. Default: 5s; at most 10m.", TimeSpan.FromMinutes(10));
        var command = new Command("stop", "End the program with its whole process tree.") { machine, grace };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var session = await run.SessionAsync(run.Get(machine), cancellationToken);
            TaskView.Write(await run.Screen.Progress.WatchAsync(new WorkState("stopping the program"), () => session.StopAsync(run.Get(grace), cancellationToken)), run.Screen);
        });
        return command;
    }

    public static Command Status(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var command = new Command("status", "Tell how the program is.") { machine };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var session = await run.SessionAsync(run.Get(machine), cancellationToken);
            TaskView.Write(await session.GetTaskAsync(cancellationToken), run.Screen);
        });
        return command;
    }

    public static Command Ping(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var command = new Command("ping", "Ask the guest's daemon whether it lives.") { machine };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var session = await run.SessionAsync(run.Get(machine), cancellationToken);
            var reply = await session.PingAsync(cancellationToken);
            if (run.Screen.IsJson)
            {
                run.Screen.Json(reply, ConsoleJsonContext.Default.PingReply);
            }
            else
            {
                run.Screen.Line(string.Create(CultureInfo.InvariantCulture, $"daemon {reply.Daemon}, protocol {reply.Protocol}, guest up for {reply.UptimeMs / 1000.0:0.0} s, program: {reply.Task}"));
            }
        });
        return command;
    }
}
