using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Jobs;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Sb;

/// <summary>sb start: a program in a running machine; it goes on when this call has ended.</summary>
internal static class StartCommand
{
    public static Command Create(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var options = new ProgramOptions(ProtocolLimits.DefaultOutputBytes);
        var follow = Flags.Switch("--follow", "Show its output until it ends, and end with its exit code. Ctrl-C stops following, not the program.");
        var command = new Command("start", "Start a program; one runs at a time.") { machine, follow };
        options.AddTo(command);
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var request = Request(options, run.Parsed);
            await using var input = Open(options.StandardInput(run.Parsed));
            var session = await run.SessionAsync(run.Get(machine), cancellationToken);
            var status = await session.StartAsync(request, input, cancellationToken);
            if (run.Get(follow))
            {
                return await FollowCommand.FollowAsync(session, run.Screen, cancellationToken);
            }

            TaskView.Write(status, run.Screen);
            return ExitCode.Done;
        });
        return command;
    }

    private static TaskStartRequest Request(ProgramOptions options, ParseResult parsed)
    {
        var (program, arguments) = options.Demand(parsed);
        return new TaskStartRequest
        {
            TaskId = Guid.NewGuid().ToString("N"),
            Program = program,
            Arguments = arguments,
            Environment = options.Environment(parsed),
            Directory = options.Directory(parsed),
            OutputBytes = options.OutputBytes(parsed),
        };
    }

    private static Stream? Open(string? path) => path switch
    {
        null => null,
        StandardInputSpool.OwnName => Console.OpenStandardInput(),
        _ => OwnFiles.OpenRead(path),
    };
}
