using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Vm;

/// <summary>vm share: a machine is kept to a share of its CPUs for as long as this call runs, since whoever keeps it to that has to stay and count.</summary>
internal static class ShareCommand
{
    private const int Least = 5, All = 100;

    // The library tells a process of no end but by its record, which costs one look into the catalog.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public static Command Create(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var percent = new Argument<int>("PERCENT")
        {
            Description = $"Of all its virtual CPUs together, {Least} to {All}.",
            CustomParser = static result => int.TryParse(result.Tokens[0].Value, out var number) && number is >= Least and <= All ? number : Flags.Refused<int>(result, $"no whole number from {Least} to {All}"),
        };
        var time = Flags.Duration("--for", "How long. Default: until the machine ends, or Ctrl-C.", TimeSpan.FromDays(1));
        var command = new Command("share", "Keep a running machine to a share of its virtual CPUs while this call runs. It has the machine in hand: meanwhile other calls may only look at it.") { machine, percent, time };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var (id, share) = (run.Get(machine), run.Get(percent));
            var host = await run.HostAsync(cancellationToken);
            await CommandRun.WhenFreeAsync(() => host.Machines.SetCpuShareAsync(id, share, cancellationToken), cancellationToken);
            run.Screen.Note($"{id} is kept to {share} % of its virtual CPUs.");
            await run.Screen.Progress.WatchAsync(new WorkState($"share {id}"), () => UntilOverAsync(host.Machines, id, run.Get(time), cancellationToken));
            StatusView.WriteState(await host.Machines.GetStatusAsync(id, cancellationToken), run.Screen);
        });
        return command;
    }

    private static async Task UntilOverAsync(IVmManager machines, VmId id, TimeSpan? time, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (!(TimeProvider.System.GetElapsedTime(start) >= time)
            && (await machines.GetStatusAsync(id, cancellationToken)).State is VmState.Running or VmState.Suspended
            && await timer.WaitForNextTickAsync(cancellationToken))
        {
        }
    }
}
