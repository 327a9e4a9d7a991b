using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;

namespace DesktopGrid.VmSandbox.ConsoleHost;

/// <summary>The parser's own help, and below it what it cannot know: examples and exit codes.</summary>
internal sealed class HelpPage(SynchronousCommandLineAction standard) : SynchronousCommandLineAction
{
    private const string Examples = """
        Examples:
          vmsandbox doctor
          vmsandbox run /bin/sh -- -c 'echo hello'
          vmsandbox run --input ./prog --input data.txt:in/data.txt --output result.txt prog -- in/data.txt
          id=$(vmsandbox vm create); vmsandbox vm start $id; vmsandbox sb start $id --follow /bin/uname -- -a; vmsandbox vm destroy $id
        """;

    public override bool ClearsParseErrors => true;

    public static void Extend(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpPage((SynchronousCommandLineAction)option.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var result = standard.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(Examples);
        output.WriteLine();
        output.WriteLine(ExitCode.Help);
        return result;
    }
}
