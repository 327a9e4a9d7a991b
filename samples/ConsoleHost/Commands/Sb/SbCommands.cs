using System.CommandLine;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Sb;

/// <summary>sb: the task verbs, a call each, in a machine that vm start has started.</summary>
internal static class SbCommands
{
    public static Command Create(CommandRunner runner) => new("sb", "The task verbs: a program and its files in a running machine. Paths of the guest are relative to the work directory.")
    {
        StartCommand.Create(runner),
        FollowCommand.Create(runner),
        TaskCommands.Stop(runner),
        TaskCommands.Status(runner),
        TaskCommands.Ping(runner),
        PutCommand.Create(runner),
        GetCommand.Create(runner),
        FolderCommands.List(runner),
        FolderCommands.Make(runner),
        FolderCommands.Delete(runner),
        MessageCommands.ToHost(runner),
        MessageCommands.ToGuest(runner),
    };
}
