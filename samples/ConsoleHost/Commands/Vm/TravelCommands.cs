using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Vm;

/// <summary>vm export and import: an instant of a machine leaves this store in one file, or arrives in it.</summary>
internal static class TravelCommands
{
    public static Command Export(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var file = new Argument<string>("FILE") { Description = "Where it goes." };
        var name = Flags.Text("--name", "NAME", "Which checkpoint. Default: the newest.");
        var command = new Command("export", "Write a checkpoint of a machine that does not run to a file that another store can import.") { machine, file, name };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var (id, to) = (run.Get(machine), run.Get(file));
            var host = await run.HostAsync(cancellationToken);
            var length = await run.Screen.Progress.WatchAsync(new WorkState($"export {id}"), () => OwnFiles.WriteAsync(to, () => WriteAsync(host.Machines, id, run.Get(name), to, cancellationToken)));
            if (run.Screen.IsJson)
            {
                run.Screen.Json(new TransferView(run.Get(name) ?? "", Path.GetFullPath(to), length), ConsoleJsonContext.Default.TransferView);
            }
        });
        return command;
    }

    public static Command Import(CommandRunner runner)
    {
        var file = new Argument<string>("FILE") { Description = "What vm export has written." };
        var labels = Flags.Pairs("--label", "A name and value of your own, kept with the machine.");
        var command = new Command("import", "Make a machine of an exported checkpoint, and print its id; vm resume goes on with it.") { file, labels };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var from = run.Get(file);
            await using var source = OwnFiles.OpenRead(from);
            var host = await run.HostAsync(cancellationToken);
            // As with vm create.
            var options = new VmImportOptions { OutlivesHost = true, Labels = run.Get(labels) ?? [] };
            var id = await run.Screen.Progress.WatchAsync(new WorkState("making the machine"), () => host.Machines.ImportCheckpointAsync(source, options, cancellationToken));
            if (run.Screen.IsJson)
            {
                run.Screen.Json(await host.Machines.GetStatusAsync(id, cancellationToken), ConsoleJsonContext.Default.VmStatus);
            }
            else
            {
                run.Screen.Line(id.ToString());
            }
        });
        return command;
    }

    /// <summary>Beside its place first: what was there stays until the new file is whole.</summary>
    private static async Task<long> WriteAsync(IVmManager machines, VmId id, string? name, string path, CancellationToken cancellationToken)
    {
        var part = path + ".part";
        try
        {
            long length;
            await using (var file = new FileStream(part, Ours()))
            {
                await machines.ExportCheckpointAsync(id, name, file, cancellationToken);
                file.Flush(flushToDisk: true);
                length = file.Length;
            }

            File.Move(part, path, overwrite: true);
            return length;
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>A file for this user alone: in it is everything that the guest had in memory. On Windows a folder's own rights hold for what is made in it.</summary>
    private static FileStreamOptions Ours()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
