using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Vm;

/// <summary>vm stop: the guest is asked first; or, with --keep, its work is kept within a time.</summary>
internal static class StopCommand
{
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);

    public static Command Create(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var grace = Flags.Duration("--grace", "How long the guest may take before it is killed. Default: 5s; at most 1h.", Most);
        var keep = new Option<string?>("--keep") { HelpName = "NAME", Description = "Keep its work: take a checkpoint of this name if there is time, and end it without asking the guest. Default name: quit.", Arity = ArgumentArity.ZeroOrOne };
        var within = Flags.Duration("--within", "With --keep: how long the whole may take. Default: 60s; 10ms to 1h.", Most);
        var command = new Command("stop", "End a machine: ask its guest, then insist. Its disk stays.") { machine, grace, keep, within };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var id = run.Get(machine);
            var keeps = run.Parsed.GetResult(keep) is not null;
            if (keeps ? run.Get(grace) is not null : run.Get(within) is not null)
            {
                throw new UsageException(keeps ? "--grace and --keep contradict each other: with --keep the guest is not asked." : "--within belongs to --keep.");
            }

            if (run.Get(within) < Least)
            {
                throw new UsageException("--within must be at least 10ms.");
            }

            var host = await run.HostAsync(cancellationToken);
            VmCheckpoint? kept = null;
            await run.Screen.Progress.WatchAsync(new WorkState($"stop {id}"), () => CommandRun.WhenFreeAsync(StopAsync, cancellationToken));
            if (keeps)
            {
                run.Screen.Note(kept is null ? "There is no new checkpoint; the last good one, where there is one, stands." : $"Its work is kept as {kept.Name}.");
            }

            StatusView.WriteState(await host.Machines.GetStatusAsync(id, cancellationToken), run.Screen);

            async Task StopAsync()
            {
                if (!keeps)
                {
                    await host.Machines.StopAsync(id, run.Get(grace), cancellationToken);
                    return;
                }

                var defaults = new VmKeepWork();
                kept = await host.Machines.QuitAsync(id, new VmKeepWork { Name = run.Get(keep) ?? defaults.Name, Within = run.Get(within) ?? defaults.Within }, cancellationToken);
            }
        });
        return command;
    }
}
