using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Sb;

/// <summary>sb follow: what a program writes and reports, from its beginning to its end.</summary>
internal static class FollowCommand
{
    public static Command Create(CommandRunner runner)
    {
        var machine = Flags.Machine();
        var command = new Command("follow", "Show a program's output from its beginning until it ends, and end with its exit code; with --json an event a line.") { machine };
        runner.Handle(command, async (run, cancellationToken) => await FollowAsync(await run.SessionAsync(run.Get(machine), cancellationToken), run.Screen, cancellationToken));
        return command;
    }

    /// <returns>The program's exit code, as shells tell it.</returns>
    public static async Task<int> FollowAsync(ISandboxSession session, Screen screen, CancellationToken cancellationToken)
    {
        GuestTaskStatus? end = null;
        using (var output = screen.IsJson ? null : new ProgramOutput(screen))
        {
            await foreach (var happened in session.FollowAsync(default, cancellationToken))
            {
                if (screen.IsJson)
                {
                    screen.Json(View(happened), ConsoleJsonContext.Default.EventView);
                }
                else if (happened is TaskOutput bytes)
                {
                    await output!.WriteAsync(bytes);
                }

                end = (happened as TaskEnded)?.Status ?? end;
            }
        }

        ProgramEnd.TellDropped(end?.DroppedBytes ?? 0, screen);
        return end is null ? ExitCode.Failed : end.ExitCode ?? 128 + (end.Signal ?? 0);
    }

    private static EventView View(TaskEvent happened) => happened switch
    {
        TaskOutput output => new EventView("output") { Stream = output.IsError ? "stderr" : "stdout", Offset = output.Offset, Bytes = output.Bytes },
        TaskMessage message => new EventView("message") { Message = message.Message },
        TaskEnded ended => new EventView("ended") { Status = ended.Status },
        _ => new EventView("unknown"),
    };
}
