using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

/// <summary>Links that lead out of the work directory, made by the program, lead the daemon nowhere: it is root, and the program is not.</summary>
[CancelAfter(180_000)]
public sealed class LinkTests : GuestFixture
{
    private const string MakeLinks = "ln -s / root; ln -s /etc/passwd passwd; ln -s /var/lib/vmsandbox state; ln -s ../etc up; ln -s loop loop; mkdir real; ln -s real inside; ln -s /run/vmsandbox/inbox inbox; ln -s /proc/self/root magic";

    [SetUp]
    public async Task MakeTheLinksAsync() => (await Session.ShellAsync(MakeLinks, CancellationToken.None)).Errors.Should().BeEmpty();

    [TestCase("root/etc/passwd")]
    [TestCase("passwd")]
    [TestCase("state/stdout")]
    [TestCase("up/passwd")]
    [TestCase("loop")]
    [TestCase("loop/x")]
    [TestCase("inside/x")]
    [TestCase("magic/etc/passwd")]
    [Category("AlsoAsRoot")]
    public async Task Nothing_is_read_through_a_link(string path, CancellationToken cancellationToken)
    {
        await RefusedAsync(() => Session.GetBytesAsync(path, cancellationToken));
    }

    [TestCase("root")]
    [TestCase("state")]
    [TestCase("inbox")]
    [TestCase("root/etc")]
    [TestCase("inside")]
    public async Task Nothing_is_listed_through_a_link(string path, CancellationToken cancellationToken)
    {
        await RefusedAsync(() => Session.ListAllAsync(path, cancellationToken), GuestErrorCode.PathRefused, GuestErrorCode.Conflict);
    }

    [Test]
    public async Task Nothing_is_made_through_a_link(CancellationToken cancellationToken)
    {
        await RefusedAsync(() => Session.PutTextAsync("root/tmp/made", "x", cancellationToken: cancellationToken), GuestErrorCode.PathRefused, GuestErrorCode.Conflict);
        await RefusedAsync(() => Session.PutTextAsync("inside/made", "x", cancellationToken: cancellationToken), GuestErrorCode.PathRefused, GuestErrorCode.Conflict);
        await RefusedAsync(() => Session.MakeDirectoryAsync("root/tmp/made", cancellationToken), GuestErrorCode.PathRefused, GuestErrorCode.Conflict);
        await RefusedAsync(() => Session.MakeDirectoryAsync("inside", cancellationToken), GuestErrorCode.PathRefused, GuestErrorCode.Conflict);
        await RefusedAsync(() => Session.DeleteAsync("root/etc/passwd", cancellationToken: cancellationToken), GuestErrorCode.PathRefused, GuestErrorCode.Conflict);

        (await Session.ShellAsync("ls /tmp real; ls /etc/passwd", cancellationToken)).Output.Should().Be("/tmp:\n\nreal:\n/etc/passwd\n");
    }

    [Test]
    public async Task A_put_onto_a_link_replaces_the_link_and_not_what_it_points_to(CancellationToken cancellationToken)
    {
        await Session.PutTextAsync("passwd", "mine", cancellationToken: cancellationToken);
        await Session.PutTextAsync("loop", "mine", cancellationToken: cancellationToken);

        (await Session.GetTextAsync("passwd", cancellationToken)).Should().Be("mine");
        (await Session.ListAllAsync(".", cancellationToken)).Single(static entry => entry.Name == "passwd").Kind.Should().Be(GuestEntryKind.File);
        (await Session.ShellAsync("head -n 1 /etc/passwd", cancellationToken)).Output.Should().StartWith("root:");
    }

    [Test]
    public async Task A_delete_removes_the_link_and_nothing_behind_it(CancellationToken cancellationToken)
    {
        await Session.PutTextAsync("real/kept", "x", cancellationToken: cancellationToken);
        foreach (var link in (string[])["root", "passwd", "state", "up", "loop", "inside", "inbox", "magic"])
        {
            await Session.DeleteAsync(link, recursive: true, cancellationToken);
        }

        (await Session.NamesAsync(".", cancellationToken)).Should().Equal("real");
        (await Session.NamesAsync("real", cancellationToken)).Should().Equal("kept");
        (await Session.ShellAsync("ls -d /etc/passwd /run/vmsandbox/inbox", cancellationToken)).ExitCode.Should().Be(0);
    }

    [Test]
    public async Task Emptying_a_tree_full_of_links_follows_none(CancellationToken cancellationToken)
    {
        (await Session.ShellAsync("mkdir -p deep/deeper; mv root passwd state up loop magic deep/deeper; ln -s /etc deep/etc", cancellationToken)).ExitCode.Should().Be(0);

        await Session.DeleteAsync("deep", recursive: true, cancellationToken);
        await Session.DeleteAsync(".", recursive: true, cancellationToken);

        (await Session.ShellAsync("ls /etc/passwd /etc/group /etc/hosts; ls -a", cancellationToken)).Output.Should().Be("/etc/group\n/etc/hosts\n/etc/passwd\n.\n..\n");
    }

    [Test]
    public async Task A_hard_link_to_a_file_of_others_cannot_be_made(CancellationToken cancellationToken)
    {
        var made = await Session.ShellAsync("ln /etc/passwd stolen; ln /var/lib/vmsandbox/stdout stolen2; ls", cancellationToken);

        made.Errors.Should().Contain("Operation not permitted");
        (await Session.NamesAsync(".", cancellationToken)).Should().NotContain(static name => name.StartsWith("stolen", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_running_program_that_swaps_a_folder_for_a_link_all_the_while_gains_nothing(CancellationToken cancellationToken)
    {
        await Session.PutFileAsync("swap", await GuestProgram.CompileAsync("swap", cancellationToken), executable: true, cancellationToken);
        await Session.StartAndWaitForAsync(new TaskStartRequest { TaskId = "swap", Program = "swap" }, "swapping", cancellationToken);
        var outcomes = new Dictionary<string, int>();

        for (var i = 0; i < 150; i++)
        {
            await CountAsync("put", () => Session.PutTextAsync("folder/victim", "overwritten", cancellationToken: cancellationToken));
            await CountAsync("get", async () => (await Session.GetTextAsync("folder/passwd", cancellationToken)).Should().Be("harmless\n"));
            await CountAsync("list", async () => (await Session.NamesAsync("folder", cancellationToken)).Should().NotContain("vmsandboxd"));
            await CountAsync("make", () => Session.MakeDirectoryAsync($"folder/made/{i}", cancellationToken));
            await CountAsync("delete", () => Session.DeleteAsync("folder/made", recursive: true, cancellationToken));
        }

        await Session.StopAsync(TimeSpan.Zero, cancellationToken);
        TestContext.Out.WriteLine(string.Join(", ", outcomes.Select(static pair => $"{pair.Key} {pair.Value}")));
        // The link leads to a folder that only root may write; there is nothing new in it.
        var outside = await Session.ShellAsync("ls -A /etc; cat /etc/passwd | head -n 1; ls -d /etc/made /etc/victim", cancellationToken);
        outside.Output.Should().Be("group\nhostname\nhosts\nnsswitch.conf\npasswd\nroot:x:0:0:root:/root:/bin/sh\n");

        async Task CountAsync(string verb, Func<Task> act)
        {
            var outcome = "done";
            try
            {
                await act();
            }
            catch (SessionException e) when (e.GuestError is GuestErrorCode.PathRefused or GuestErrorCode.Conflict or GuestErrorCode.NotFound)
            {
                outcome = "refused";
            }

            outcomes[$"{verb} {outcome}"] = outcomes.GetValueOrDefault($"{verb} {outcome}") + 1;
        }
    }

    private static async Task RefusedAsync(Func<Task> verb, params GuestErrorCode[] codes)
    {
        var thrown = (await verb.Should().ThrowAsync<SessionException>()).Which;
        codes = codes.Length == 0 ? [GuestErrorCode.PathRefused] : codes;
        codes.Should().Contain(thrown.GuestError!.Value);
        thrown.Code.Should().BeOneOf(SandboxErrorCode.GuestPathRefused, SandboxErrorCode.GuestRefused);
    }
}
