using System.CommandLine;
using System.CommandLine.Invocation;
using DesktopGrid.VmSandbox.ConsoleHost.Commands;
using DesktopGrid.VmSandbox.ConsoleHost.Commands.Boinc;
using DesktopGrid.VmSandbox.ConsoleHost.Commands.Sb;
using DesktopGrid.VmSandbox.ConsoleHost.Commands.Vm;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost;

/// <summary>The tree of commands, and the place where a command line becomes an exit code.</summary>
internal static class CommandLine
{
    // After Ctrl-C: what a command may take to remove its machine. QEMU dies with this process in any case.
    private static readonly TimeSpan CleanUpBound = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(string[] args)
    {
        var globals = new GlobalOptions();
        // No @files and no bundles of letters: a program's own arguments are nobody's to interpret.
        var parsed = Root(globals).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (parsed.Action is ParseErrorAction)
        {
            return ErrorReport.Tell(new UsageException(Fault(parsed), $"See {string.Join(' ', Path(parsed.CommandResult.Command))} --help."), globals.Screen(parsed));
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = CleanUpBound });
    }

    private static RootCommand Root(GlobalOptions globals)
    {
        var runner = new CommandRunner(globals);
        var root = new RootCommand("Runs untrusted Linux programs in QEMU machines without network and without a view of this computer.")
        {
            RunCommand.Create(runner),
            VmCommands.Create(runner),
            SbCommands.Create(runner),
            ImageCommands.Create(runner),
            StoreCommands.Create(runner),
            BoincCommands.Create(runner),
            LogsCommand.Create(runner),
            JobsCommand.Create(runner),
            DoctorCommand.Create(runner),
        };
        globals.AddTo(root);
        HelpPage.Extend(root);
        return root;
    }

    private static IEnumerable<string> Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? Path(parent).Append(command.Name) : [command is RootCommand ? "vmsandbox" : command.Name];

    /// <summary>Where a word is unknown, that is the fault, whatever else is missing because of it.</summary>
    private static string Fault(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is [var stray, ..])
        {
            return $"There is no {(stray.StartsWith('-') ? "option" : "command or argument")} \"{Printable.Line(stray)}\" here.";
        }

        var command = parsed.CommandResult.Command;
        if (command.Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 }) is { } missing)
        {
            return $"{command.Name} needs {missing.Name}.";
        }

        if (command.Subcommands.Count > 0)
        {
            return $"{string.Join(' ', Path(command))} needs a command: {string.Join(", ", command.Subcommands.Select(static sub => sub.Name))}.";
        }

        var fault = Printable.Line(parsed.Errors[0].Message.Trim());
        return fault.EndsWith('.') ? fault : fault + ".";
    }
}
