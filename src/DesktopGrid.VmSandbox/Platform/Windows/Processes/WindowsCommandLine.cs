using System.Text;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Platform.Windows.Processes;

/// <summary>
/// One text out of many words, such that the C runtime takes it apart into the same words again ("Parsing C command-line arguments",
/// "CommandLineToArgvW"). Every word is quoted: some builds of QEMU expand asterisks in bare ones.
/// </summary>
internal static class WindowsCommandLine
{
    /// <summary>"CreateProcessW", lpCommandLine: characters with the ending zero.</summary>
    public const int Longest = 32767;

    /// <exception cref="PlatformException">It is longer than Windows takes.</exception>
    public static string Build(string program, IEnumerable<string> arguments)
    {
        // The first word knows no escapes: it ends at the next quote, which no path can hold.
        var line = new StringBuilder().Append('"').Append(program).Append('"');
        foreach (var argument in arguments)
        {
            line.Append(' ');
            Quote(line, argument);
        }

        return line.Length < Longest
            ? line.ToString()
            : throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The command line of {program} has {line.Length} characters, and Windows takes {Longest - 1}.") { Advice = "Choose a store with a shorter path." };
    }

    /// <summary>Backslashes count only before a quote: there each of them is doubled, and the quote has one more.</summary>
    private static void Quote(StringBuilder line, string word)
    {
        line.Append('"');
        var backslashes = 0;
        foreach (var letter in word)
        {
            switch (letter)
            {
                case '\\':
                    backslashes++;
                    break;
                case '"':
                    line.Append('\\', (2 * backslashes) + 1);
                    backslashes = 0;
                    break;
                default:
                    line.Append('\\', backslashes);
                    backslashes = 0;
                    break;
            }

            if (letter != '\\')
            {
                line.Append(letter);
            }
        }

        line.Append('\\', 2 * backslashes).Append('"');
    }
}
