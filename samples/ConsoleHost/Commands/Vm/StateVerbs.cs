using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Vm;

/// <summary>The verbs that lead a machine from one state to another: all of one shape, and each prints where it led.</summary>
internal static class StateVerbs
{
    private delegate Task Verb(IVmManager machines, VmId id, CancellationToken cancellationToken);

    public static Command Load(CommandRunner runner) =>
        Create(runner, "load", "Take a machine in hand, and see whether its process runs on.", static _ => static (machines, id, cancellationToken) => machines.LoadAsync(id, cancellationToken));

    public static Command Start(CommandRunner runner) =>
        Create(runner, "start", "Run a machine, and wait until its guest answers.", static _ => static (machines, id, cancellationToken) => machines.StartAsync(id, cancellationToken));

    public static Command Suspend(CommandRunner runner) =>
        Create(runner, "suspend", "Halt its virtual CPUs; everything is kept in memory.", static _ => static (machines, id, cancellationToken) => machines.SuspendAsync(id, cancellationToken));

    public static Command Continue(CommandRunner runner) =>
        Create(runner, "continue", "Let its virtual CPUs go on.", static _ => static (machines, id, cancellationToken) => machines.ContinueAsync(id, cancellationToken));

    private static Command Create(CommandRunner runner, string name, string description, Func<CommandRun, Verb> read, params Option[] options)
    {
        var machine = Flags.Machine();
        var command = new Command(name, description) { machine };
        foreach (var option in options)
        {
            command.Options.Add(option);
        }

        runner.Handle(command, async (run, cancellationToken) =>
        {
            var (verb, id) = (read(run), run.Get(machine));
            var host = await run.HostAsync(cancellationToken);
            await run.Screen.Progress.WatchAsync(new WorkState($"{name} {id}"), () => CommandRun.WhenFreeAsync(() => verb(host.Machines, id, cancellationToken), cancellationToken));
            StatusView.WriteState(await host.Machines.GetStatusAsync(id, cancellationToken), run.Screen);
        });
        return command;
    }
}
