using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>The two streams of this process: results on standard output, everything else on standard error.</summary>
internal sealed class Screen
{
    // Where nobody looks at a terminal, a table's line is a line, however long.
    private const int Unbounded = 100_000;

    private readonly Lock _lock = new();

    public Screen(bool json, bool quiet, bool verbose)
    {
        (IsJson, IsVerbose) = (json, verbose);
        Out = Open(Console.Out, Console.IsOutputRedirected);
        Error = Open(Console.Error, Console.IsErrorRedirected);
        Progress = new ProgressDisplay(this, quiet, TimeProvider.System);
    }

    /// <summary>Whether standard output is for a script.</summary>
    public bool IsJson { get; }

    public bool IsVerbose { get; }

    public IAnsiConsole Out { get; }

    public IAnsiConsole Error { get; }

    public ProgressDisplay Progress { get; }

    /// <summary>Whether a person looks at standard error, on a terminal that can move its cursor.</summary>
    public bool HasBars => !Console.IsErrorRedirected && Error.Profile.Capabilities.Ansi;

    /// <summary>One JSON document as one line of standard output.</summary>
    public void Json<T>(T value, JsonTypeInfo<T> type) => Plain(Console.Out, JsonSerializer.Serialize(value, type));

    /// <summary>One line of a result.</summary>
    public void Line(string text)
    {
        if (HasBars && !Console.IsOutputRedirected)
        {
            Error.Write(new RawLine(Printable.Line(text)));
        }
        else
        {
            Plain(Console.Out, Console.IsOutputRedirected ? text : Printable.Line(text));
        }
    }

    /// <summary>One line for people.</summary>
    public void Note(string text)
    {
        var line = Printable.Line($"vmsandbox: {text}");
        if (HasBars)
        {
            // Through the console that draws the bar, which moves out of the way.
            Error.Write(new RawLine(line));
        }
        else
        {
            Plain(Console.Error, line);
        }
    }

    /// <summary>A line of a hostile program's standard error on a terminal.</summary>
    public void ErrorLine(string text)
    {
        if (HasBars)
        {
            Error.Write(new RawLine(Printable.Line(text)));
        }
        else
        {
            Plain(Console.Error, Printable.Line(text));
        }
    }

    private static IAnsiConsole Open(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect });
        if (isRedirected)
        {
            console.Profile.Width = Unbounded;
        }

        return console;
    }

    private void Plain(TextWriter writer, string line)
    {
        lock (_lock)
        {
            writer.WriteLine(line);
        }
    }
}
