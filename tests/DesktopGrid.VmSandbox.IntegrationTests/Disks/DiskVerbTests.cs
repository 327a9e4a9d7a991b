using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Disks;
using DesktopGrid.VmSandbox.IntegrationTests.Channels;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.IntegrationTests.Disks;

/// <summary>A machine with disks, and all verbs on its work directory; what a job does not show.</summary>
internal sealed class DiskVerbTests : StoreFixture
{
    private IRunningMachines Machines => (IRunningMachines)Host.Machines;

    [Test]
    [CancelAfter(180_000)]
    public async Task Every_verb_works_on_a_work_directory_that_lies_on_a_disk(CancellationToken cancellationToken)
    {
        var machine = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        var length = await WriteInputAsync(machine, cancellationToken, ("a", "from the disk"), ("early", "from the disk"), ("d/b", "deep"), ("d/c/e", "deeper"), ("tool", "#!/bin/sh\necho ran\n"));
        await Host.Machines.StartAsync(machine, cancellationToken);
        var session = (IDiskSession)await Host.OpenSessionAsync(machine, cancellationToken);

        await session.PutTextAsync("early", "was there before", cancellationToken: cancellationToken);
        await session.AddInputDiskAsync(length, cancellationToken);
        await session.AddInputDiskAsync(length, cancellationToken);

        (await NamesAsync(session, ".", cancellationToken)).Should().BeEquivalentTo("a", "early", "d", "tool");
        (await session.GetTextAsync("early", cancellationToken: cancellationToken)).Should().Be("was there before");
        (await session.GetTextAsync("d/c/e", cancellationToken: cancellationToken)).Should().Be("deeper");
        (await session.ListAsync("d", cancellationToken).ToListAsync(cancellationToken)).Should().Contain(static entry => entry.Name == "b" && entry.Length == 4 && entry.Mode == 0x1A4);

        await session.PutTextAsync("a", "replaced", cancellationToken: cancellationToken);
        (await session.GetTextAsync("a", cancellationToken: cancellationToken)).Should().Be("replaced");
        await session.PutTextAsync("d/c/new/file", "new", cancellationToken: cancellationToken);
        await session.MakeDirectoryAsync("d/c/new/folder", cancellationToken);
        await session.DeleteAsync("d/b", cancellationToken: cancellationToken);
        (await NamesAsync(session, "d", cancellationToken)).Should().BeEquivalentTo("c");
        (await FluentActions.Awaiting(() => session.DeleteAsync("d", cancellationToken: cancellationToken)).Should().ThrowAsync<SessionException>()).Which.Code.Should().Be(SandboxErrorCode.GuestRefused);
        await session.DeleteAsync("d", recursive: true, cancellationToken: cancellationToken);
        await session.MakeDirectoryAsync("d", cancellationToken);
        (await NamesAsync(session, "d", cancellationToken)).Should().BeEmpty("a new folder of the same name is new");

        await session.DeleteAsync(".", recursive: true, cancellationToken: cancellationToken);
        (await NamesAsync(session, ".", cancellationToken)).Should().BeEmpty();
        await session.PutTextAsync("a", "anew", cancellationToken: cancellationToken);
        (await session.GetTextAsync("a", cancellationToken: cancellationToken)).Should().Be("anew");
        (await FluentActions.Awaiting(() => session.AddInputDiskAsync(length + 2048, cancellationToken)).Should().ThrowAsync<SessionException>()).Which.GuestError.Should().Be(GuestErrorCode.Conflict);
        await Host.Machines.DestroyAsync(machine, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_file_of_channels_on_such_a_directory_is_one_for_daemon_and_program(CancellationToken cancellationToken)
    {
        var machine = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        var length = await WriteInputAsync(machine, cancellationToken, (ChannelPhrases.File, "of an older task, on the disk"));
        await Host.Machines.StartAsync(machine, cancellationToken);
        var session = (IDiskSession)await Host.OpenSessionAsync(machine, cancellationToken);
        await session.AddInputDiskAsync(length, cancellationToken);

        await session.StartProgramAsync(cancellationToken, "talk");
        await session.TellAsync(0, "end", cancellationToken);
        var end = await session.FollowToEndAsync(cancellationToken);

        (end.ExitCode, end.Output).Should().Be((0, "ready\n"), end.Errors);
        end.Messages.Of(5).Should().Equal("got end");
        await Host.Machines.DestroyAsync(machine, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_machine_without_files_has_both_disks_and_refuses_to_mount_one(CancellationToken cancellationToken)
    {
        var machine = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        await Host.Machines.StartAsync(machine, cancellationToken);
        var session = (IDiskSession)await Host.OpenSessionAsync(machine, cancellationToken);

        await session.StartAsync(new TaskStartRequest { TaskId = "1", Program = "/bin/sh", Arguments = ["-c", "cat /sys/block/vd?/size /sys/block/vd?/ro; dd if=/dev/vdb of=/dev/null bs=4096 count=1 2>&1 | grep -o denied; echo x > /dev/vdc"] }, cancellationToken: cancellationToken);
        var output = new StringBuilder();
        await foreach (var happened in session.FollowAsync(cancellationToken: cancellationToken))
        {
            output.Append(happened is TaskOutput { IsError: false } text ? Encoding.UTF8.GetString(text.Bytes.Span) : "");
        }

        output.ToString().Should().Be("16777216\n2147483648\n2147483648\n0\n1\n0\ndenied\n", "the task's user may not touch them");
        (await FluentActions.Awaiting(() => session.AddInputDiskAsync(1 << 20, cancellationToken)).Should().ThrowAsync<SessionException>()).Which.GuestError.Should().NotBeNull();
        (await FluentActions.Awaiting(() => session.AddInputDiskAsync(1L << 41, cancellationToken)).Should().ThrowAsync<SessionException>()).Which.GuestError.Should().Be(GuestErrorCode.BadRequest);
        (await FluentActions.Awaiting(() => Machines.MakeInputDiskAsync(machine, cancellationToken)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.MachineState);
        await Host.Machines.DestroyAsync(machine, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Past_the_end_of_its_file_the_output_disk_takes_nothing_and_the_machine_lives(CancellationToken cancellationToken)
    {
        var machine = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        var disk = await Machines.MakeOutputDiskAsync(machine, 1 << 20, cancellationToken);
        await Host.Machines.StartAsync(machine, cancellationToken);
        var session = (IDiskSession)await Host.OpenSessionAsync(machine, cancellationToken);
        await session.PutAsync("a", new MemoryStream(new byte[2_000_000]), cancellationToken: cancellationToken);

        // As if the guest had been cloned, and were told what is not so.
        var failure = (await FluentActions.Awaiting(() => session.CollectAsync(new CollectRequest(["a"], 1 << 30, 1 << 30, 0), null, cancellationToken)).Should().ThrowAsync<SessionException>()).Which;

        TestContext.Out.WriteLine(failure.Message);
        failure.GuestError.Should().NotBeNull();
        new FileInfo(disk).Length.Should().Be(1 << 20);
        (await Host.Machines.GetStatusAsync(machine, cancellationToken)).DiskBytes.Should().BeInRange(1, 1 << 20, "the output disk is not counted");
        await session.PingAsync(cancellationToken);
        (await session.CollectAsync(new CollectRequest(["a"], 1 << 20, 1 << 30, 0), null, cancellationToken)).Should().Be(0, "it does not fit");
        (await session.CollectAsync(new CollectRequest(["a"], 1 << 20, 1_000_000, 0), null, cancellationToken)).Should().Be(4096, "a file that is too large is told, and no more");
        (await Host.Machines.GetStatusAsync(machine, cancellationToken)).State.Should().Be(VmState.Running);
        await Host.Machines.DestroyAsync(machine, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_checkpoint_goes_on_with_its_disk_of_inputs(CancellationToken cancellationToken)
    {
        var machine = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        var length = await WriteInputAsync(machine, cancellationToken, ("a", "from the disk"), ("b", new string('b', 3_000_000)));
        await Machines.MakeOutputDiskAsync(machine, 4 << 20, cancellationToken);
        await Host.Machines.StartAsync(machine, cancellationToken);
        var session = (IDiskSession)await Host.OpenSessionAsync(machine, cancellationToken);
        await session.AddInputDiskAsync(length, cancellationToken);
        await session.GetTextAsync("a", cancellationToken: cancellationToken);
        await Host.Machines.CheckpointAsync(machine, "here", cancellationToken);
        await Host.Machines.StopAsync(machine, TimeSpan.Zero, cancellationToken);

        await Host.Machines.ResumeAsync(machine, "here", cancellationToken);

        session = (IDiskSession)await Host.OpenSessionAsync(machine, cancellationToken);
        using var target = new MemoryStream();
        (await session.GetAsync("b", target, cancellationToken: cancellationToken)).Should().Be(3_000_000);
        target.ToArray().Should().OnlyContain(static value => value == 'b');
        (await session.CollectAsync(new CollectRequest(["a", "b"], 4 << 20, 1 << 30, 0), null, cancellationToken)).Should().BeGreaterThan(3_000_000);
        await Host.Machines.DestroyAsync(machine, cancellationToken);
    }

    private async Task<long> WriteInputAsync(VmId machine, CancellationToken cancellationToken, params (string Path, string Content)[] files)
    {
        await using var disk = File.OpenWrite(await Machines.MakeInputDiskAsync(machine, cancellationToken));
        return await new IsoWriter(disk).WriteAsync(
            [.. files.Select(static file => (file.Path, Bytes: Encoding.UTF8.GetBytes(file.Content))).Select(static file => new IsoFile(file.Path, file.Bytes.Length, false, _ => Task.FromResult<Stream>(new MemoryStream(file.Bytes))))],
            DateTimeOffset.UtcNow,
            null,
            cancellationToken);
    }

    private static async Task<List<string>> NamesAsync(ISandboxSession session, string path, CancellationToken cancellationToken) =>
        await session.ListAsync(path, cancellationToken).Select(static entry => entry.Name).ToListAsync(cancellationToken);
}
