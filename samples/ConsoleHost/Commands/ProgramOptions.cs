using System.CommandLine;
using System.CommandLine.Parsing;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>What run and sb start have in common: a program with its arguments, environment and folder.</summary>
/// <param name="outputBytes">How much of each output stream is kept by default.</param>
internal sealed class ProgramOptions(long outputBytes)
{
    private readonly Argument<string?> _program = new("PROGRAM")
    {
        Description = "The program: the guest's path of an input, or an absolute path of the guest such as /bin/sh.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Argument<string[]> _arguments = new("ARGUMENTS")
    {
        Description = "The program's arguments, after --.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<Dictionary<string, string>> _environment = Flags.Pairs("--env", "An environment variable of the program.");
    private readonly Option<string?> _directory = Flags.Text("--dir", "GUEST", "The folder that the program starts in. Default: the work directory.");
    private readonly Option<string?> _standardInput = Flags.Text("--stdin", "FILE", "What the program reads as its standard input; - for this program's own. Default: nothing.");
    private readonly Option<long?> _outputBytes = Flags.Size("--stdout-bytes", $"How much of the program's standard output is kept, and as much of its standard error; what is dropped is told. Default: {outputBytes >> 20}M.");

    public void AddTo(Command command)
    {
        command.Arguments.Add(_program);
        command.Arguments.Add(_arguments);
        command.Options.Add(_environment);
        command.Options.Add(_directory);
        command.Options.Add(_standardInput);
        command.Options.Add(_outputBytes);
    }

    public string? Program(ParseResult parsed) => parsed.GetValue(_program);

    public string? Directory(ParseResult parsed) => parsed.GetValue(_directory);

    public string? StandardInput(ParseResult parsed) => parsed.GetValue(_standardInput);

    public long OutputBytes(ParseResult parsed) => parsed.GetValue(_outputBytes) ?? outputBytes;

    public IReadOnlyDictionary<string, string> Environment(ParseResult parsed) => parsed.GetValue(_environment) ?? [];

    /// <exception cref="UsageException">There is no program, or something stands before the -- that is neither ours nor clearly the program's.</exception>
    public (string Program, IReadOnlyList<string> Arguments) Demand(ParseResult parsed)
    {
        // The parser hands unknown options to whoever takes words: a mistyped one would silently become the program's.
        var ours = parsed.Tokens.TakeWhile(static token => token.Type != TokenType.DoubleDash).ToList();
        if (ours.Find(static token => token.Type == TokenType.Argument && token.Value.StartsWith('-') && token.Value.Length > 1) is { } stray)
        {
            throw new UsageException($"There is no option \"{stray.Value}\".", "What belongs to the program comes after --.");
        }

        var program = parsed.GetValue(_program) ?? throw new UsageException("The command names no program.", "Name an input, or a program of the guest by its absolute path (/bin/sh).");
        return (program, parsed.GetValue(_arguments) ?? []);
    }
}
