using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Primitives;

public sealed class TextTailTests
{
    [Test]
    public void Only_the_last_lines_are_kept()
    {
        var tail = new TextTail(maxLines: 3);
        for (var line = 1; line <= 5; line++)
        {
            tail.Add($"line {line}");
        }

        tail.Snapshot().Should().Equal("line 3", "line 4", "line 5");
    }

    [Test]
    public void A_long_line_is_cut()
    {
        var tail = new TextTail(maxLineLength: 4);
        tail.Add("abcdefgh");

        tail.Snapshot().Should().Equal("abcd");
    }

    [TestCase("plain text, π and\ttab", "plain text, π and\ttab")]
    [TestCase("\u001b[2J\u001b]0;owned\u0007", ".[2J.]0;owned.")]
    [TestCase("\u009b31mred", ".31mred", Description = "some terminals take U+009B for an escape sequence")]
    [TestCase("a\nb\rc\0d\u007f", "a.b.c.d.")]
    [TestCase("a\u202eb\u2066c\u2028d", "a.b.c.d")]
    public void What_could_move_a_reader_s_terminal_is_made_visible(string text, string clean) => TextTail.Clean(text).Should().Be(clean);

    [Test]
    public void A_snapshot_does_not_change_with_what_comes_after()
    {
        var tail = new TextTail();
        tail.Add("first");
        var before = tail.Snapshot();
        tail.Add("second");

        before.Should().Equal("first");
    }

    [Test]
    public async Task Several_threads_lose_nothing_but_what_is_too_old()
    {
        var tail = new TextTail(maxLines: 4000);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var line = 0; line < 1000; line++)
            {
                tail.Add($"{thread}:{line}");
            }
        })));

        tail.Snapshot().Should().HaveCount(4000).And.OnlyHaveUniqueItems();
    }
}
