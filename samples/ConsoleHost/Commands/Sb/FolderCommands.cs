using System.CommandLine;
using System.Globalization;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Sb;

/// <summary>sb ls, mkdir and delete.</summary>
internal static class FolderCommands
{
    public static Command List(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var path = new Argument<string>("GUEST") { Description = "The folder. Default: the work directory.", DefaultValueFactory = static _ => RelativePath.Root };
        var command = new Command("ls", "List a folder of the work directory, in no order; with --json an entry a line.") { machine, path };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var session = await run.SessionAsync(run.Get(machine), cancellationToken);
            await foreach (var entry in session.ListAsync(run.Get(path), cancellationToken))
            {
                Write(entry, run.Screen);
            }
        });
        return command;
    }

    public static Command Make(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var path = new Argument<string>("GUEST") { Description = "The folder." };
        var command = new Command("mkdir", "Make a folder with its parents; one that exists is no failure.") { machine, path };
        runner.Handle(command, async (run, cancellationToken) =>
            await (await run.SessionAsync(run.Get(machine), cancellationToken)).MakeDirectoryAsync(run.Get(path), cancellationToken));
        return command;
    }

    public static Command Delete(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var path = new Argument<string>("GUEST") { Description = "The file, link or folder. The work directory itself (.) with --recursive: everything in it, and the last program's result." };
        var recursive = Flags.Switch("--recursive", "A folder goes with everything in it.");
        var command = new Command("delete", "Remove something from the work directory.") { machine, path, recursive };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            if (run.Get(path) == RelativePath.Root && !run.Get(recursive))
            {
                throw new UsageException("The work directory itself is only emptied, not removed.", "To empty it say --recursive.");
            }

            await (await run.SessionAsync(run.Get(machine), cancellationToken)).DeleteAsync(run.Get(path), run.Get(recursive), cancellationToken);
        });
        return command;
    }

    private static void Write(GuestEntry entry, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(entry, ConsoleJsonContext.Default.GuestEntry);
            return;
        }

        var kind = entry.Kind switch
        {
            GuestEntryKind.File => '-',
            GuestEntryKind.Directory => 'd',
            GuestEntryKind.Link => 'l',
            _ => '?',
        };
        var modified = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(entry.ModifiedMs, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
        var mode = Convert.ToString(entry.Mode & 0xfff, 8).PadLeft(4, '0');
        // Also into a pipe: a name with a line break in it must not look like two.
        screen.Line(Printable.Line(string.Create(CultureInfo.InvariantCulture, $"{kind}{mode} {entry.Length,12} {modified:u} {entry.Name}")));
    }
}
