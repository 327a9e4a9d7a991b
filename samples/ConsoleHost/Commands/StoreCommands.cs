using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>store df and store prune: what the store takes on the disk, and the removal of what nobody uses.</summary>
internal static class StoreCommands
{
    public static Command Create(CommandRunner runner) => new("store", "What the store takes on the disk, and the removal of what nobody uses.")
    {
        Df(runner),
        Prune(runner),
    };

    private static Command Df(CommandRunner runner)
    {
        var command = new Command("df", "Tell what the store takes on the disk, the longest unused first.");
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var host = await run.HostAsync(cancellationToken);
            StoreView.Write(await host.GetUsageAsync(cancellationToken), run.Screen);
        });
        return command;
    }

    private static Command Prune(CommandRunner runner)
    {
        var to = Flags.Size("--to", "Stop when the store takes no more than this. Default: remove all that may be.");
        var olderThan = Flags.Duration("--older-than", "Only what was not used for so long.");
        var keepImages = Flags.Switch("--keep-images", "Leave base images that have no machine.");
        var keepLayers = Flags.Switch("--keep-layers", "Leave layers that no machine has.");
        var keepTemplates = Flags.Switch("--keep-templates", "Leave templates.");
        var keepLogs = Flags.Switch("--keep-logs", "Leave the logs of machines that are gone.");
        var checkpoints = Flags.Switch("--checkpoints", "Checkpoints too, but the newest of each machine.");
        var newest = Flags.Switch("--newest-checkpoints", "The newest checkpoints too, of machines that do not run.");
        var dryRun = Flags.Switch("--dry-run", "Only tell what would be removed.");
        var command = new Command("prune", "Remove what nobody uses, the longest unused first. Machines stay.") { to, olderThan, keepImages, keepLayers, keepTemplates, keepLogs, checkpoints, newest, dryRun };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var options = new StorePruneOptions
            {
                TargetBytes = run.Get(to),
                OlderThan = run.Get(olderThan) ?? TimeSpan.Zero,
                Images = !run.Get(keepImages),
                Layers = !run.Get(keepLayers),
                Templates = !run.Get(keepTemplates),
                Logs = !run.Get(keepLogs),
                Checkpoints = run.Get(checkpoints),
                NewestCheckpoints = run.Get(newest),
                DryRun = run.Get(dryRun),
            };
            var host = await run.HostAsync(cancellationToken);
            StoreView.Write(await host.PruneAsync(options, cancellationToken), run.Screen);
        });
        return command;
    }
}
