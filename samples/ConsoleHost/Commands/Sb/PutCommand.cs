using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Jobs;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Sb;

/// <summary>sb put: a file into the work directory.</summary>
internal static class PutCommand
{
    public static Command Create(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var host = new Argument<string>("HOST") { Description = "The file of this computer; - for standard input." };
        var guest = new Argument<string?>("GUEST") { Description = "Where it goes. Default: its own name.", Arity = ArgumentArity.ZeroOrOne };
        var executable = Flags.Switch("--executable", "It may be run as a program. Default: as on this computer.");
        var command = new Command("put", "Write a file into the work directory; folders are made, an old file is replaced in one step.") { machine, host, guest, executable };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var from = run.Get(host);
            var file = FilePairs.FromHost(from, run.Get(guest) ?? (from == StandardInputSpool.OwnName ? throw new UsageException("Standard input has no name; say where it goes.") : null));
            await using Stream content = from == StandardInputSpool.OwnName ? Console.OpenStandardInput() : OwnFiles.OpenRead(from);
            var session = await run.SessionAsync(run.Get(machine), cancellationToken);
            var state = new WorkState("sending");
            var length = await run.Screen.Progress.WatchAsync(state, () => session.PutAsync(file.Path, content, run.Get(executable) || file.IsExecutable, state, cancellationToken));
            if (run.Screen.IsJson)
            {
                run.Screen.Json(new TransferView(file.Path, from, length), ConsoleJsonContext.Default.TransferView);
            }
        });
        return command;
    }
}
