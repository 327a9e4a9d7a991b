using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>What every command goes through: a host that is opened when it is needed and closed in any case, and failures as exit codes.</summary>
internal sealed class CommandRunner(GlobalOptions globals)
{
    public void Handle(Command command, Func<CommandRun, CancellationToken, Task<int>> work) =>
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, work, cancellationToken));

    /// <summary>For a command that has no exit code of its own.</summary>
    public void Handle(Command command, Func<CommandRun, CancellationToken, Task> work) => Handle(command, async (run, cancellationToken) =>
    {
        await work(run, cancellationToken);
        return ExitCode.Done;
    });

    private async Task<int> RunAsync(ParseResult parsed, Func<CommandRun, CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        var screen = globals.Screen(parsed);
        try
        {
            await using var run = new CommandRun(parsed, globals, screen);
            return await work(run, cancellationToken);
        }
        catch (Exception e)
        {
            // Whatever it is, it ends as a sentence and a code; a stack trace helps nobody who reads it.
            return ErrorReport.Tell(e, screen);
        }
    }
}
