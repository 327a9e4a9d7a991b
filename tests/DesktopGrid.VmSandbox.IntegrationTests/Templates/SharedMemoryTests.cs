using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Platform.Linux;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.IntegrationTests.Templates;

/// <summary>Clones that share the memory of their template: what they have in common, that none can alter it, and what they give up for it.</summary>
[CancelAfter(300_000)]
internal sealed class SharedMemoryTests : StoreFixture
{
    private static readonly VmOptions Shared = new() { MemoryMiB = 128, ShareMemory = true };

    [Test]
    [Category("AlsoAsRoot")]
    public async Task Clones_share_the_memory_and_are_guests_of_their_own(CancellationToken cancellationToken)
    {
        var own = await Host.StartNewAsync(Shared with { ShareMemory = false }, cancellationToken);
        var clones = new List<VmId>();
        var memory = new List<string>();
        foreach (var content in (string[])["one", "two", "three"])
        {
            var id = await StartAsync(cancellationToken);
            clones.Add(id);
            memory.Add(Memory(await ProcessAsync(id, cancellationToken)).Identity);
            var session = await Host.OpenSessionAsync(id, cancellationToken);
            (await session.NamesAsync(".", cancellationToken)).Should().BeEmpty("nothing of another machine is in it");
            await session.PutTextAsync("file", content, cancellationToken: cancellationToken);
            (await session.ShellAsync("cat file; id -u", cancellationToken)).Output.Should().Be($"{content}1000\n");
        }

        memory.Distinct().Should().ContainSingle("it is the same memory");
        var (one, more) = (await BytesAsync(own, cancellationToken), await BytesAsync(clones[^1], cancellationToken));
        await TestContext.Out.WriteLineAsync($"with memory of its own {one}, one more that shares it {more}");
        more.Should().BeLessThan(one * 3 / 4);
        foreach (var id in (VmId[])[own, .. clones])
        {
            await Host.Machines.DestroyAsync(id, cancellationToken);
        }
    }

    /// <summary>From QEMU's place, as its user and as root: by its descriptors, by new ones, by mappings.</summary>
    [Test]
    [Category("AlsoAsRoot")]
    public async Task No_clone_can_alter_what_another_starts_from(CancellationToken cancellationToken)
    {
        var taken = await StartAsync(cancellationToken);
        var process = await ProcessAsync(taken, cancellationToken);
        var (path, identity) = Memory(process);
        var before = await HashAsync(path, cancellationToken);

        Directory.GetFiles($"/proc/{process}/fd").Select(static link => new FileInfo(link).LinkTarget ?? "").Should().NotContain(static target => target.Contains("/templates/", StringComparison.Ordinal));
        foreach (var link in Directory.GetFiles($"/proc/{process}/fd").Where(static link => IsMemory(new FileInfo(link).LinkTarget)))
        {
            using var file = File.OpenHandle(link, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            LinuxNative.IsSealed(file).Should().BeTrue();
            foreach (var attempt in Attempts(file))
            {
                attempt.Should().Throw<Exception>().Which.Should().Match(static e => e is IOException || e is UnauthorizedAccessException);
            }

            LinuxNative.PunchHole(file, 0, 4096).Should().BeFalse("a hole is a change");
            LinuxNative.Seal(file).Should().BeFalse("even the seals are sealed");
        }

        (await HashAsync(path, cancellationToken)).Should().Equal(before);
        // What a user may do with its own file, and would keep the next one out.
        File.SetUnixFileMode(path, UnixFileMode.None);
        var next = await StartAsync(cancellationToken);
        Memory(await ProcessAsync(next, cancellationToken)).Identity.Should().Be(identity);
        (await (await Host.OpenSessionAsync(next, cancellationToken)).ShellAsync("echo well", cancellationToken)).Output.Should().Be("well\n");
        await Host.Machines.DestroyAsync(taken, cancellationToken);
        await Host.Machines.DestroyAsync(next, cancellationToken);
    }

    [Test]
    public async Task What_a_guest_writes_everywhere_in_its_memory_no_other_sees(CancellationToken cancellationToken)
    {
        var taken = await StartAsync(cancellationToken);
        var (path, _) = Memory(await ProcessAsync(taken, cancellationToken));
        var before = await HashAsync(path, cancellationToken);
        (await (await Host.OpenSessionAsync(taken, cancellationToken)).ShellAsync("dd if=/dev/urandom of=/dev/shm/full bs=1M count=40 2>/dev/null; echo $?", cancellationToken)).Output.Should().EndWith("\n");

        (await HashAsync(path, cancellationToken)).Should().Equal(before);
        await Host.Machines.DestroyAsync(taken, cancellationToken);
    }

    [Test]
    public async Task It_takes_no_checkpoints_and_says_so(CancellationToken cancellationToken)
    {
        var id = await StartAsync(cancellationToken);
        var refusal = await FluentActions.Awaiting(() => Host.Machines.CheckpointAsync(id, "a", cancellationToken)).Should().ThrowAsync<VmException>();
        refusal.Which.Code.Should().Be(SandboxErrorCode.CheckpointRefused);
        refusal.Which.IsTransient.Should().BeFalse();
        (await Host.StateAsync(id)).Should().Be(VmState.Running);
        await Host.Machines.SuspendAsync(id, cancellationToken);
        await Host.Machines.ContinueAsync(id, cancellationToken);
        (await (await Host.OpenSessionAsync(id, cancellationToken)).ShellAsync("echo well", cancellationToken)).Output.Should().Be("well\n");

        (await Host.Machines.QuitAsync(id, cancellationToken: cancellationToken)).Should().BeNull();
        (await Host.StateAsync(id)).Should().Be(VmState.Stopped);
        await Host.Machines.StartAsync(id, cancellationToken);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(StartPath.Cold);
        await FluentActions.Awaiting(() => Host.Machines.CheckpointAsync(id, "a", cancellationToken)).Should().ThrowAsync<VmException>("a promise does not depend on the way it was started");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_template_that_is_made_anew_is_shared_anew(CancellationToken cancellationToken)
    {
        var first = await StartAsync(cancellationToken);
        var before = Memory(await ProcessAsync(first, cancellationToken)).Identity;
        foreach (var folder in Directory.GetDirectories(Path.Combine(Store.StorePath, "templates")))
        {
            Directory.Delete(folder, recursive: true);
        }

        var second = await StartAsync(cancellationToken);
        Memory(await ProcessAsync(second, cancellationToken)).Identity.Should().NotBe(before);
        OwnMemory().Should().ContainSingle("the one before was given up");
        (await (await Host.OpenSessionAsync(first, cancellationToken)).ShellAsync("echo well", cancellationToken)).Output.Should().Be("well\n", "it keeps what it started from");
        await Host.Machines.DestroyAsync(first, cancellationToken);
        await Host.Machines.DestroyAsync(second, cancellationToken);

        await Host.PruneAsync(cancellationToken: cancellationToken);
        OwnMemory().Should().BeEmpty("what is pruned is not kept in memory");
    }

    [Test]
    public async Task A_host_that_is_closed_keeps_nothing_and_no_child_inherits_it(CancellationToken cancellationToken)
    {
        var others = OwnMemory().Count;
        await using (var host = await Store.OpenHostAsync())
        {
            var shared = await host.StartNewAsync(Shared, cancellationToken);
            var own = await host.StartNewAsync(Shared with { ShareMemory = false }, cancellationToken);
            OwnMemory().Should().HaveCount(others + 1);
            var process = (await host.Machines.GetStatusAsync(own, cancellationToken)).ProcessId!.Value;
            Directory.GetFiles($"/proc/{process}/fd").Should().NotContain(static link => IsMemory(new FileInfo(link).LinkTarget));
            await host.Machines.DestroyAsync(shared, cancellationToken);
            await host.Machines.DestroyAsync(own, cancellationToken);
        }

        OwnMemory().Should().HaveCount(others);
    }

    /// <summary>A QEMU that cannot map it: when it is to be made, or when the first machine is to start with it.</summary>
    [TestCase("share=on")]
    [TestCase("share=off")]
    public async Task Where_memory_cannot_be_shared_the_machine_has_its_own(string refused, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("vmt-");
        var qemu = Path.Combine(folder.FullName, "qemu");
        await File.WriteAllTextAsync(qemu, $"#!/bin/sh\ncase \"$*\" in *,{refused}*) echo 'no such memory' >&2; exit 1;; esac\nexec /usr/bin/qemu-system-x86_64 \"$@\"\n", cancellationToken);
        foreach (var path in (string[])[folder.FullName, qemu])
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        await using (var host = await Store.OpenHostAsync(options => options.Qemu.EmulatorPath = qemu))
        {
            for (var round = 0; round < 2; round++)
            {
                var id = await host.StartNewAsync(Shared, cancellationToken);
                (await host.Machines.GetStatusAsync(id, cancellationToken)).Should().BeEquivalentTo(new { State = VmState.Running, StartPath = StartPath.Template, LastError = (string?)null });
                (await (await host.OpenSessionAsync(id, cancellationToken)).ShellAsync("echo well", cancellationToken)).Output.Should().Be("well\n");
                (await FluentActions.Awaiting(() => host.Machines.CheckpointAsync(id, "a", cancellationToken)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.CheckpointRefused, "a promise does not depend on this host");
                await host.Machines.DestroyAsync(id, cancellationToken);
            }
        }

        folder.Delete(recursive: true);
    }

    [TestCase("start.shared.begun")]
    [TestCase("start.loaded")]
    public async Task A_host_that_is_killed_leaves_nothing(string step, CancellationToken cancellationToken)
    {
        await using var other = TestHostProcess.Start(Store, "shared", step);
        await other.HearAsync($"reached {step}");
        await Eventually.HoldsAsync(() => !ProcessTable.IsAlive(other.Id), "it was killed");
        // The last of its threads is gone only then, with the locks that they share.
        await other.KillAsync();

        await Eventually.HoldsAsync(() => ProcessTable.Naming(Store.StorePath).All(static process => !process.CommandLine.Contains("qemu", StringComparison.Ordinal)), "no QEMU is left, and the memory goes with the last one");
        await using var host = await Store.OpenHostAsync();
        Directory.GetDirectories(Path.Combine(Store.StorePath, "templates"), "*.part").Should().BeEmpty();
        var id = await host.StartNewAsync(Shared, cancellationToken);
        (await host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(StartPath.SharedTemplate);
        foreach (var machine in await host.Machines.ListAsync(cancellationToken))
        {
            await host.Machines.DestroyAsync(machine.Id, cancellationToken);
        }
    }

    [Test]
    public async Task One_that_outlives_its_host_keeps_what_it_started_from(CancellationToken cancellationToken)
    {
        VmId id;
        await using (var first = await Store.OpenHostAsync())
        {
            id = await first.StartNewAsync(Shared with { OutlivesHost = true }, cancellationToken);
        }

        (await Host.Machines.LoadAsync(id, cancellationToken)).Should().BeEquivalentTo(new { State = VmState.Running, StartPath = StartPath.SharedTemplate });
        (await (await Host.OpenSessionAsync(id, cancellationToken)).ShellAsync("echo well", cancellationToken)).Output.Should().Be("well\n");
        (await FluentActions.Awaiting(() => Host.Machines.CheckpointAsync(id, "a", cancellationToken)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.CheckpointRefused);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_job_can_share_memory_too(CancellationToken cancellationToken)
    {
        var result = await Host.RunAsync(TestJobs.Shell("echo well") with { Machine = Shared }, cancellationToken: cancellationToken);
        (result.StartPath, result.ExitCode).Should().Be((StartPath.SharedTemplate, 0));
    }

    [Test]
    public async Task What_is_shared_needs_a_template()
    {
        var fault = await FluentActions.Awaiting(() => Host.Machines.CreateAsync(Shared with { WarmStart = false })).Should().ThrowAsync<VmException>();
        fault.Which.Code.Should().Be(SandboxErrorCode.MachineInvalid);
    }

    private async Task<VmId> StartAsync(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(Shared, cancellationToken);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).Should().BeEquivalentTo(new { State = VmState.Running, StartPath = StartPath.SharedTemplate, LastError = (string?)null });
        return id;
    }

    private async Task<int> ProcessAsync(VmId id, CancellationToken cancellationToken) => (await Host.Machines.GetStatusAsync(id, cancellationToken)).ProcessId!.Value;

    private async Task<long> BytesAsync(VmId id, CancellationToken cancellationToken) => (await Host.Machines.GetStatusAsync(id, cancellationToken)).MemoryBytes;

    private static IEnumerable<Action> Attempts(SafeFileHandle file) =>
    [
        () => RandomAccess.Write(file, [1, 2, 3], 0),
        () => RandomAccess.Write(file, [1, 2, 3], RandomAccess.GetLength(file) - 1),
        () => RandomAccess.SetLength(file, 0),
        () => RandomAccess.SetLength(file, RandomAccess.GetLength(file) + 4096),
        () => MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true).CreateViewAccessor().Dispose(),
    ];

    /// <summary>The memory that a QEMU has open, and what tells it from others.</summary>
    private static (string Path, string Identity) Memory(int process)
    {
        var path = Directory.GetFiles($"/proc/{process}/fd").First(static link => IsMemory(new FileInfo(link).LinkTarget));
        var mapping = File.ReadLines($"/proc/{process}/maps").Single(static line => IsMemory(line.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(5))).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        mapping[1].Should().EndWith("p", "it is mapped for itself");
        return (path, mapping[4]);
    }

    private static List<string> OwnMemory() => [.. Directory.GetFiles("/proc/self/fd").Where(static link => IsMemory(new FileInfo(link).LinkTarget))];

    private static bool IsMemory(string? target) => target?.StartsWith("/memfd:vmsandbox-template", StringComparison.Ordinal) ?? false;

    private static async Task<byte[]> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return await SHA256.HashDataAsync(file, cancellationToken);
    }
}
