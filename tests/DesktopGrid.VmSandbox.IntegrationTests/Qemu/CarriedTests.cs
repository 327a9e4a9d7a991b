using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Qemu;

/// <summary>The engine that build/qemu.sh makes: each way to a running machine, and nothing of the host's own libraries in its process.</summary>
[CancelAfter(300_000)]
internal sealed class CarriedTests : StoreFixture
{
    // build/test.sh sets it.
    private const string Variable = "VMSANDBOX_CARRIED_QEMU";

    private const string Counting = "i=0; until [ -e enough ]; do i=$((i+1)); echo $i >> records; echo $i; usleep 10000; done; tail -n 1 records";

    private static string Emulator => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } file
        ? Path.GetFullPath(file)
        : throw new InvalidOperationException($"{Variable} names no emulator: run build/qemu.sh and set it to artifacts/qemu/linux-x64/qemu-system-x86_64.");

    [TestCase(false, StartPath.Cold)]
    [TestCase(true, StartPath.Template)]
    [Category("AlsoAsRoot")]
    public async Task A_machine_starts_and_its_process_maps_no_file_of_the_hosts(bool isWarm, StartPath path, CancellationToken cancellationToken)
    {
        await using var host = await OpenAsync();
        var id = await host.StartNewAsync(new VmOptions { WarmStart = isWarm }, cancellationToken);

        var status = await host.Machines.GetStatusAsync(id, cancellationToken);

        status.StartPath.Should().Be(path);
        var folder = Path.GetDirectoryName(Emulator)!;
        var mapped = Mapped(status.ProcessId!.Value);
        mapped.Should().Contain([$"{folder}/lib/qemu-system-x86_64", $"{folder}/lib/libc.so.6", $"{folder}/lib/ld-linux-x86-64.so.2"]);
        // Besides, the guest's kernel and memory.
        mapped.Where(file => !file.StartsWith(Store.StorePath + "/", StringComparison.Ordinal) && !file.StartsWith("/memfd:", StringComparison.Ordinal)).Should().OnlyContain(file => file.StartsWith(folder + "/", StringComparison.Ordinal));
        (await (await host.OpenSessionAsync(id, cancellationToken)).ShellAsync("id -u", cancellationToken)).Output.Should().Be("1000\n");
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_checkpoint_goes_on_and_its_disk_goes_back_by_the_tool_that_is_carried_along(CancellationToken cancellationToken)
    {
        await using var host = await OpenAsync();
        var id = await host.StartNewAsync(cancellationToken: cancellationToken);
        await (await host.OpenSessionAsync(id, cancellationToken)).StartAndWaitForAsync(SessionPhrases.Shell(Counting), "20", cancellationToken);
        await host.Machines.CheckpointAsync(id, "first", cancellationToken);
        await host.CrashAsync(id);

        await host.Machines.ResumeAsync(id, "first", cancellationToken);

        (await host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(StartPath.Resumed);
        var session = await host.OpenSessionAsync(id, cancellationToken);
        await session.PutTextAsync("enough", "", cancellationToken: cancellationToken);
        var lines = (await session.FollowToEndAsync(cancellationToken)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[..^1].Should().Equal(Enumerable.Range(1, lines.Length - 1).Select(static i => $"{i}"), "no record is lost or doubled");
        lines[^1].Should().Be(lines[^2], "memory and disk are of one instant");
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    private Task<SandboxHost> OpenAsync() => Store.OpenHostAsync(static options => options.Qemu.EmulatorPath = Emulator);

    /// <summary>The files that a process has in its memory (proc(5): the sixth field of a line, where it is a path).</summary>
    private static HashSet<string> Mapped(int process) =>
        [.. File.ReadLines($"/proc/{process}/maps").Select(static line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries)).Where(static fields => fields is [_, _, _, _, _, ['/', ..]]).Select(static fields => fields[5])];
}
