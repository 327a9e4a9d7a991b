using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Windows.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform.Windows;

/// <summary>Against the rules of "Parsing C command-line arguments", written down here a second time as a reader.</summary>
public sealed class WindowsCommandLineTests
{
    private const string Program = @"C:\Program Files\qemu\qemu-system-x86_64.exe";

    [TestCase("", "\"\"")]
    [TestCase("plain", "\"plain\"")]
    [TestCase("two words", "\"two words\"")]
    [TestCase("say \"hi\"", "\"say \\\"hi\\\"\"")]
    [TestCase(@"C:\folder\", @"""C:\folder\\""")]
    [TestCase(@"a\b", @"""a\b""")]
    [TestCase("a\\\"b", "\"a\\\\\\\"b\"")]
    [TestCase("*", "\"*\"")]
    public void A_word_is_quoted_as_documented(string word, string quoted) =>
        WindowsCommandLine.Build(Program, [word]).Should().Be($"\"{Program}\" {quoted}");

    [Test]
    public void Every_list_of_words_comes_out_as_it_went_in()
    {
        // The letters that matter, and one that does not.
        const string Letters = "a\\\" \t*";
        var random = new Random(20_261_124);
        for (var round = 0; round < 20_000; round++)
        {
            var words = Enumerable.Range(0, random.Next(4)).Select(_ => new string([.. Enumerable.Range(0, random.Next(7)).Select(_ => Letters[random.Next(Letters.Length)])])).ToArray();

            Parse(WindowsCommandLine.Build(Program, words)).Should().Equal([Program, .. words]);
        }
    }

    [Test]
    public void The_reader_agrees_with_the_examples_of_its_documentation()
    {
        Parse("p \"abc\" d e").Should().Equal("p", "abc", "d", "e");
        Parse(@"p a\\b d""e f""g h").Should().Equal("p", @"a\\b", "de fg", "h");
        Parse(@"p a\\\""b c d").Should().Equal("p", @"a\""b", "c", "d");
        Parse(@"p a\\\\""b c"" d e").Should().Equal("p", @"a\\b c", "d", "e");
        Parse(@"p a""b"""" c d").Should().Equal("p", "ab\" c d");
    }

    [Test]
    public void One_that_Windows_does_not_take_is_refused_in_one_sentence()
    {
        var words = new[] { new string('x', WindowsCommandLine.Longest) };
        FluentActions.Invoking(() => WindowsCommandLine.Build(Program, words)).Should().Throw<PlatformException>()
            .WithMessage($"The command line of {Program} has * characters, and Windows takes 32766. Choose a store with a shorter path.");
    }

    private static List<string> Parse(string line)
    {
        var words = new List<string>();
        var i = 0;
        // The program's name: quotes switch, backslashes mean nothing.
        var (word, isQuoted) = (new System.Text.StringBuilder(), false);
        for (; i < line.Length && (isQuoted || line[i] is not (' ' or '\t')); i++)
        {
            if (line[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else
            {
                word.Append(line[i]);
            }
        }

        words.Add(word.ToString());
        while (true)
        {
            while (i < line.Length && line[i] is ' ' or '\t')
            {
                i++;
            }

            if (i >= line.Length)
            {
                return words;
            }

            (word, isQuoted) = (new System.Text.StringBuilder(), false);
            while (i < line.Length && (isQuoted || line[i] is not (' ' or '\t')))
            {
                var backslashes = 0;
                for (; i < line.Length && line[i] == '\\'; i++)
                {
                    backslashes++;
                }

                if (i < line.Length && line[i] == '"')
                {
                    word.Append('\\', backslashes / 2);
                    i++;
                    if (backslashes % 2 == 1)
                    {
                        word.Append('"');
                    }
                    else if (isQuoted && i < line.Length && line[i] == '"')
                    {
                        // Two in a quoted part stand for one, and the part goes on.
                        word.Append('"');
                        i++;
                    }
                    else
                    {
                        isQuoted = !isQuoted;
                    }
                }
                else
                {
                    word.Append('\\', backslashes);
                    if (i < line.Length && (isQuoted || line[i] is not (' ' or '\t')))
                    {
                        word.Append(line[i++]);
                    }
                }
            }

            words.Add(word.ToString());
        }
    }
}
