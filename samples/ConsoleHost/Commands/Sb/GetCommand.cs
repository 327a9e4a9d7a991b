using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Sb;

/// <summary>sb get: a file out of the work directory.</summary>
internal static class GetCommand
{
    private const string StandardOutput = "-";

    public static Command Create(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var guest = new Argument<string>("GUEST") { Description = "The file in the work directory." };
        var host = new Argument<string?>("HOST") { Description = "Where it goes; - for standard output. Default: its own name, here.", Arity = ArgumentArity.ZeroOrOne };
        var maxBytes = Flags.Size("--max-bytes", "The most to take: the guest says how large its file is, and may lie.");
        var command = new Command("get", "Read a file of the work directory.") { machine, guest, host, maxBytes };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var from = run.Get(guest);
            var to = run.Get(host) ?? OwnName(from);
            var session = await run.SessionAsync(run.Get(machine), cancellationToken);
            var state = new WorkState("fetching");
            var length = await run.Screen.Progress.WatchAsync(state, async () =>
            {
                if (to != StandardOutput)
                {
                    return await OwnFiles.WriteAsync(to, () => session.GetFileAsync(from, to, run.Get(maxBytes), state, cancellationToken));
                }

                await using var stdout = Console.OpenStandardOutput();
                return await session.GetAsync(from, stdout, run.Get(maxBytes), state, cancellationToken);
            });
            if (run.Screen.IsJson && to != StandardOutput)
            {
                run.Screen.Json(new TransferView(from, Path.GetFullPath(to), length), ConsoleJsonContext.Default.TransferView);
            }
        });
        return command;
    }

    /// <summary>A plain name, so that a guest's path never chooses a folder of this computer.</summary>
    private static string OwnName(string guest) => RelativePath.Fault(guest) is null && guest != RelativePath.Root
        ? guest.Split('/')[^1]
        : throw new UsageException($"\"{Printable.Line(guest)}\" is no file of the work directory. {RelativePath.Fault(guest)}".TrimEnd());
}
