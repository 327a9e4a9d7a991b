using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Channels;

/// <summary>The file of channels is made anew for each task, whatever lies in its place.</summary>
[CancelAfter(240_000)]
public sealed class ChannelFileTests : GuestFixture
{
    private const string Look = $"stat -c '%F %a %U %s' {ChannelPhrases.File}; tr -d '\\0' < {ChannelPhrases.File} | wc -c; ls -A";

    [TestCase("true", Description = "nothing")]
    [TestCase("head -c 9000 /dev/urandom > boinc_mmap_file; chmod 400 boinc_mmap_file", Description = "a file of an older task")]
    [TestCase("ln -s /etc/passwd boinc_mmap_file", Description = "a link to a file of the guest's")]
    [TestCase("ln -s /etc/new boinc_mmap_file", Description = "a link to nothing")]
    [TestCase("ln -s / boinc_mmap_file", Description = "a link to a folder")]
    [TestCase("mkfifo boinc_mmap_file", Description = "a pipe that nobody writes to")]
    [TestCase("mkdir boinc_mmap_file", Description = "an empty folder")]
    public async Task It_is_of_zeros_and_the_task_s(string before, CancellationToken cancellationToken)
    {
        var passwords = (await Session.ShellAsync($"{before}; cat /etc/passwd", cancellationToken)).Output;

        var end = await Session.RunAsync(ChannelPhrases.Shell(Look), cancellationToken);

        end.Output.Should().Be("regular file 666 task 8192\n0\nboinc_mmap_file\n", end.Errors);
        (await Session.ShellAsync("cat /etc/passwd; ls /etc/new", cancellationToken)).Output.Should().Be(passwords);
    }

    [Test]
    public async Task Its_folders_are_made_and_its_shape_is_as_asked_for(CancellationToken cancellationToken)
    {
        var shape = new ChannelFile { Path = "a/b/file", Count = 3, Size = 64, ToHost = [2] };

        var end = await Session.RunAsync(ChannelPhrases.Shell("stat -c '%a %U %s' a a/b a/b/file; printf '\\001a text' | dd of=a/b/file bs=64 seek=2 conv=notrunc 2>/dev/null", shape), cancellationToken);

        end.Output.Split('\n').Should().HaveElementAt(2, "666 task 192");
        end.Messages.Should().Equal(new GuestMessage(1, "channel.2", "a text"));
    }

    [TestCase(".")]
    [TestCase("")]
    [TestCase("../file")]
    [TestCase("/work/file")]
    [TestCase("link/", Description = "of an empty name")]
    public async Task A_path_that_is_none_refuses_the_start(string path, CancellationToken cancellationToken)
    {
        await ChannelPhrases.RefusedAsync(SandboxErrorCode.GuestPathRefused, () => Session.StartAsync(ChannelPhrases.Shell("touch ran", new ChannelFile { Path = path }), cancellationToken: cancellationToken));

        (await Session.NamesAsync(".", cancellationToken)).Should().BeEmpty();
    }

    [Test]
    public async Task A_path_through_a_link_refuses_the_start(CancellationToken cancellationToken)
    {
        await Session.ShellAsync("ln -s /tmp out", cancellationToken);

        await ChannelPhrases.RefusedAsync(SandboxErrorCode.GuestRefused, () => Session.StartAsync(ChannelPhrases.Shell("touch ran", new ChannelFile { Path = "out/file" }), cancellationToken: cancellationToken));

        (await Session.ShellAsync("ls /tmp; ls -A", cancellationToken)).Output.Should().Be("out\n");
    }

    [Test]
    public async Task A_folder_with_something_in_it_refuses_the_start(CancellationToken cancellationToken)
    {
        await Session.PutTextAsync($"{ChannelPhrases.File}/kept", "kept", cancellationToken: cancellationToken);

        await ChannelPhrases.RefusedAsync(SandboxErrorCode.GuestRefused, () => Session.StartAsync(ChannelPhrases.Shell("true"), cancellationToken: cancellationToken));

        (await Session.GetTextAsync($"{ChannelPhrases.File}/kept", cancellationToken)).Should().Be("kept");
        (await Session.ShellAsync("echo runs", cancellationToken)).Output.Should().Be("runs\n");
    }

    private static IEnumerable<ChannelFile> WrongShapes() =>
    [
        new() { Path = "f", Count = 0 },
        new() { Path = "f", Count = ProtocolLimits.MaxChannels + 1 },
        new() { Path = "f", Size = ProtocolLimits.MinChannelBytes - 1 },
        new() { Path = "f", Size = ProtocolLimits.MaxChannelBytes + 1 },
        new() { Path = "f", ToHost = [8] },
        new() { Path = "f", Repeated = [-1] },
        new() { Path = "f", ToHost = [5], Repeated = [5] },
    ];

    [TestCaseSource(nameof(WrongShapes))]
    public async Task A_shape_that_cannot_be_refuses_the_start(ChannelFile shape, CancellationToken cancellationToken)
    {
        await ChannelPhrases.RefusedAsync(SandboxErrorCode.GuestRefused, () => Session.StartAsync(ChannelPhrases.Shell("touch ran", shape), cancellationToken: cancellationToken));

        (await Session.NamesAsync(".", cancellationToken)).Should().BeEmpty();
    }

    [Test]
    public async Task A_program_that_cannot_be_started_leaves_the_next_task_its_own(CancellationToken cancellationToken)
    {
        await ChannelPhrases.RefusedAsync(SandboxErrorCode.GuestStartRefused, () => Session.StartAsync(new TaskStartRequest { TaskId = "1", Program = "none", Channels = ChannelPhrases.Eight }, cancellationToken: cancellationToken));
        // No task with channels runs.
        await Session.TellAsync(5, "text", cancellationToken);

        (await Session.RunAsync(ChannelPhrases.Shell("ls $VMSANDBOX_INBOX"), cancellationToken)).Output.Should().Be("000000001-channel.5\n");
    }
}
