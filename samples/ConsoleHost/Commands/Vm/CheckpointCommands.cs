using System.CommandLine;
using System.Globalization;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Vm;

/// <summary>vm checkpoint, resume, recover, checkpoints and remove-checkpoint: instants of a machine.</summary>
internal static class CheckpointCommands
{
    public static Command Checkpoint(CommandRunner runner)
    {
        var (machine, name) = (Flags.Machine(), Name());
        var command = new Command("checkpoint", "Keep this instant of a machine while it runs: RAM, devices and disk.") { machine, name };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var id = run.Get(machine);
            var host = await run.HostAsync(cancellationToken);
            Write(await run.Screen.Progress.WatchAsync(new WorkState($"checkpoint {id}"), () => host.Machines.CheckpointAsync(id, run.Get(name), cancellationToken)), run.Screen);
        });
        return command;
    }

    public static Command Resume(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var from = Flags.Text("--from", "NAME", "Which checkpoint. Default: the newest.");
        var command = new Command("resume", "Run a machine from a checkpoint; what its disk got since is gone.") { machine, from };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var id = run.Get(machine);
            var host = await run.HostAsync(cancellationToken);
            Write(await run.Screen.Progress.WatchAsync(new WorkState($"resume {id}"), () => host.Machines.ResumeAsync(id, run.Get(from), cancellationToken)), run.Screen);
        });
        return command;
    }

    public static Command List(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var command = new Command("checkpoints", "Tell which instants of a machine are kept, newest first; with --json one a line.") { machine };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var host = await run.HostAsync(cancellationToken);
            foreach (var checkpoint in await host.Machines.ListCheckpointsAsync(run.Get(machine), cancellationToken))
            {
                Write(checkpoint, run.Screen);
            }
        });
        return command;
    }

    public static Command Remove(CommandRunner runner)
    {
        var (machine, name) = (Flags.Machine(), Name());
        var command = new Command("remove-checkpoint", "Keep an instant of a machine no longer, also while it runs.") { machine, name };
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var id = run.Get(machine);
            var host = await run.HostAsync(cancellationToken);
            await host.Machines.RemoveCheckpointAsync(id, run.Get(name), cancellationToken);
            StatusView.WriteState(await host.Machines.GetStatusAsync(id, cancellationToken), run.Screen);
        });
        return command;
    }

    public static Command Recover(CommandRunner runner)
    {
        var command = new Command("recover", "Let every machine that has failed and has a checkpoint go on from its newest; a line for each. What keeps the first of those that cannot is told at the end, with its exit code.");
        runner.Handle(command, async (run, cancellationToken) =>
        {
            var host = await run.HostAsync(cancellationToken);
            var found = await run.Screen.Progress.WatchAsync(new WorkState("recover"), () => host.Machines.RecoverAsync(cancellationToken));
            foreach (var recovery in found)
            {
                StatusView.WriteState(await host.Machines.GetStatusAsync(recovery.Machine, cancellationToken), run.Screen);
            }

            if (found.FirstOrDefault(static recovery => recovery.Failure is not null) is { Failure: { } first })
            {
                throw first;
            }
        });
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "The checkpoint's name: letters, digits and . _ -" };

    public static void Write(VmCheckpoint checkpoint, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(checkpoint, ConsoleJsonContext.Default.VmCheckpoint);
        }
        else
        {
            screen.Line(string.Create(CultureInfo.InvariantCulture, $"{checkpoint.Name} {checkpoint.TakenAt:u} {checkpoint.FileBytes / 1024} KiB"));
        }
    }
}
