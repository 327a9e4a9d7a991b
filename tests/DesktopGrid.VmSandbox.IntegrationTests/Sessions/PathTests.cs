using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

/// <summary>Every path is either right or refused, and never outside of the work directory.</summary>
[CancelAfter(180_000)]
public sealed class PathTests : GuestFixture
{
    private static readonly string[] Refused =
    [
        "", "/", "/etc/passwd", "..", "../etc/passwd", "a/../../etc/passwd", "a/..", "./a", "a/./b", "a//b", "a/", "//a", "../work/a", "a\0b",
        "\ud800", "a/\udfff\ud800", new string('x', 256), "a/" + new string('ä', 128),
        string.Join('/', Enumerable.Repeat(new string('y', 200), 20)),
    ];

    private static readonly string[] Fine =
    [
        "two words", "  ", "new\nline", "tab\tcr\r", "ümläut", "日本語", "😀", "-rf", "*", "?", "a&b=c", "a+b", "a%2e%2e%2fb", "%", "#", ";", "a\\b", "C:", "c:\\x", "\"quoted\"", "'", "$HOME", "`id`",
        "...", "..a", ".hidden", "\u001b[31m", "\u007f", "e\u0301", "\u202e", "\ufeff", "con", "nul.txt", "trailing.", "trailing ", "a:b:$DATA", new string('x', 255), new string('ä', 127),
        // Percent-encoded this is more than the eight kilobytes that a web server takes for a request line.
        string.Join('/', Enumerable.Repeat(new string('ß', 120), 15)),
    ];

    [TestCaseSource(nameof(Refused))]
    public async Task A_path_that_is_no_plain_relative_one_is_refused_by_every_verb(string path, CancellationToken cancellationToken)
    {
        Func<Task>[] verbs =
        [
            () => Session.PutTextAsync(path, "x", cancellationToken: cancellationToken),
            () => Session.GetBytesAsync(path, cancellationToken),
            () => Session.DeleteAsync(path, recursive: true, cancellationToken),
            () => Session.ListAllAsync(path, cancellationToken),
            () => Session.MakeDirectoryAsync(path, cancellationToken),
        ];

        foreach (var verb in verbs)
        {
            (await verb.Should().ThrowAsync<SessionException>()).Which.Code.Should().Be(SandboxErrorCode.GuestPathRefused);
        }

        (await Session.NamesAsync(".", cancellationToken)).Should().BeEmpty();
    }

    [TestCaseSource(nameof(Fine))]
    public async Task A_strange_name_is_a_name_like_any_other(string path, CancellationToken cancellationToken)
    {
        await Session.PutTextAsync(path, path, cancellationToken: cancellationToken);
        await Session.MakeDirectoryAsync($"folder/{path}", cancellationToken);
        await Session.PutTextAsync($"folder/{path}/inner", "x", cancellationToken: cancellationToken);

        (await Session.GetTextAsync(path, cancellationToken)).Should().Be(path);
        (await Session.NamesAsync("folder", cancellationToken)).Should().Equal(path.Split('/')[0]);
        (await Session.NamesAsync($"folder/{path}", cancellationToken)).Should().Equal("inner");
        // The program sees the same bytes.
        var seen = await Session.RunAsync(new TaskStartRequest { TaskId = "1", Program = "/bin/cat", Arguments = ["--", path] }, cancellationToken);
        (seen.Output, seen.ExitCode).Should().Be((path, 0));
        await Session.DeleteAsync(path, cancellationToken: cancellationToken);
        await Session.DeleteAsync($"folder/{path}", recursive: true, cancellationToken);
        (await Session.ListAllAsync(".", cancellationToken)).Where(static entry => entry.Kind != GuestEntryKind.Directory).Should().BeEmpty();
    }

    [Test]
    public async Task A_name_that_the_program_made_and_that_is_no_UTF_8_is_listed_and_can_be_removed_with_its_folder(CancellationToken cancellationToken)
    {
        var made = await Session.ShellAsync("""
            mkdir folder; cd folder
            : > "$(printf 'bad\377name')"
            : > "$(printf '%0255d' 0 | tr 0 '\376')"
            : > "$(printf '\355\240\200')"
            mkdir "$(printf '\200folder')"; : > "$(printf '\200folder/\300')"
            """, cancellationToken);
        made.Errors.Should().BeEmpty();

        var names = await Session.NamesAsync("folder", cancellationToken);

        names.Should().HaveCount(4).And.OnlyContain(static name => name.Contains('\ufffd')).And.Contain("bad\ufffdname");
        await Session.DeleteAsync("folder", recursive: true, cancellationToken);
        (await Session.NamesAsync(".", cancellationToken)).Should().BeEmpty();
    }

    [Test]
    public async Task Pipes_sockets_and_folders_cannot_be_read_and_hang_nothing(CancellationToken cancellationToken)
    {
        await Session.PutFileAsync("listen", await GuestProgram.CompileAsync("listen", cancellationToken), executable: true, cancellationToken);
        await Session.StartAndWaitForAsync(SessionPhrases.Shell("mkfifo pipe; mkdir folder; exec ./listen socket"), "listening", cancellationToken);

        foreach (var path in (string[])["pipe", "folder", "socket"])
        {
            var get = () => Session.GetBytesAsync(path, cancellationToken);
            (await get.Should().ThrowAsync<SessionException>()).Which.Code.Should().Be(SandboxErrorCode.GuestPathRefused, path);
            await Session.PutTextAsync($"{path}-beside", "x", cancellationToken: cancellationToken);
        }

        // A put takes the name over; what had it is gone.
        await Session.PutTextAsync("pipe", "a file now", cancellationToken: cancellationToken);
        (await Session.GetTextAsync("pipe", cancellationToken)).Should().Be("a file now");
        await Session.DeleteAsync("socket", cancellationToken: cancellationToken);
    }

    [Test]
    public async Task A_tree_may_be_as_deep_and_as_wide_as_the_program_likes_and_still_goes_as_a_whole(CancellationToken cancellationToken)
    {
        // Deeper than any path can name: each step goes into what was just made.
        var made = await Session.ShellAsync("""
            mkdir -p tree/wide; cd tree
            i=0; while [ $i -lt 2000 ]; do mkdir wide/$i; i=$((i+1)); done
            p=d/d/d/d/d/d/d/d/d/d; p=$p/$p/$p/$p/$p/$p/$p/$p/$p/$p
            mkdir -p chain
            i=0; while [ $i -lt 60 ]; do mkdir -p new/$p && mv chain new/$p/ && mv new chain && i=$((i+1)) || exit 1; done
            """, cancellationToken);
        made.Errors.Should().BeEmpty();
        made.ExitCode.Should().Be(0);

        await Session.DeleteAsync("tree", recursive: true, cancellationToken);

        (await Session.NamesAsync(".", cancellationToken)).Should().BeEmpty();
    }
}
