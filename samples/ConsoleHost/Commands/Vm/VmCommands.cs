using System.CommandLine;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Vm;

/// <summary>vm: the machine verbs, a call each. Machines made here outlive the call, so that the next one finds them.</summary>
internal static class VmCommands
{
    public static Command Create(CommandRunner runner) => new("vm", "The machine verbs. A machine made here runs on between the calls until vm stop or vm destroy.")
    {
        CreateCommand.Create(runner),
        StateVerbs.Load(runner),
        StateVerbs.Start(runner),
        StateVerbs.Suspend(runner),
        StateVerbs.Continue(runner),
        ShareCommand.Create(runner),
        StopCommand.Create(runner),
        CheckpointCommands.Checkpoint(runner),
        CheckpointCommands.Resume(runner),
        CheckpointCommands.Recover(runner),
        CheckpointCommands.List(runner),
        CheckpointCommands.Remove(runner),
        TravelCommands.Export(runner),
        TravelCommands.Import(runner),
        DestroyCommand.Create(runner),
        StatusCommands.Status(runner),
        StatusCommands.List(runner),
    };
}
