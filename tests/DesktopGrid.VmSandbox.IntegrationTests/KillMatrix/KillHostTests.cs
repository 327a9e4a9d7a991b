using System.Globalization;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.KillMatrix;

/// <summary>The host process is killed in the middle of each step: no QEMU outlives it, and the next opening tells the truth and cleans up.</summary>
internal sealed class KillHostTests : StoreFixture
{
    [TestCase(0)]
    [TestCase(400)]
    [TestCase(50, Category = "Long")]
    [TestCase(1000, Category = "Long")]
    [TestCase(2000, Category = "Long")]
    [CancelAfter(240_000)]
    public async Task Killed_while_a_machine_boots(int milliseconds, CancellationToken cancellationToken)
    {
        await using var other = TestHostProcess.Start(Store, "machine");
        var id = VmId.Parse((await other.WaitForAsync("created"))[1]);
        await Eventually.HoldsAsync(() => ProcessTable.Naming($"vmsandbox-{id}").Count > 0, "QEMU is being started");
        await Task.Delay(milliseconds, cancellationToken);

        await other.KillAsync();

        await NothingRunsAsync(id);
        await using var host = await Store.OpenHostAsync();
        var status = await host.Machines.GetStatusAsync(id, cancellationToken);
        status.State.Should().BeOneOf(VmState.Failed, VmState.Created);
        status.ProcessId.Should().BeNull();
        SocketsAreGone(id);
        await host.Machines.StartAsync(id, cancellationToken);
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [Category("AlsoAsRoot")]
    [CancelAfter(240_000)]
    public async Task Killed_while_a_machine_runs(CancellationToken cancellationToken)
    {
        await using var other = TestHostProcess.Start(Store, "machine");
        var words = await other.WaitForAsync("running");
        var id = VmId.Parse(words[1]);

        await other.KillAsync();

        await NothingRunsAsync(id);
        // A process that is just ending has lost its command line and is still there.
        await Eventually.HoldsAsync(() => !ProcessTable.IsAlive(int.Parse(words[2], CultureInfo.InvariantCulture)), "its process ends");
        (await Host.StateAsync(id)).Should().Be(VmState.Failed, "the operating system knows before the catalog does");
        await using var host = await Store.OpenHostAsync();
        var status = await host.Machines.GetStatusAsync(id, cancellationToken);
        status.State.Should().Be(VmState.Failed);
        status.LastError.Should().Contain("host process");
        SocketsAreGone(id);
        await host.Machines.StartAsync(id, cancellationToken);
        await (await host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    [TestCase("phase Create")]
    [TestCase("phase Start")]
    [TestCase("phase Put")]
    [TestCase("output")]
    [CancelAfter(240_000)]
    public async Task Killed_in_the_middle_of_a_job_and_the_next_opening_removes_what_the_job_had(string moment, CancellationToken cancellationToken)
    {
        // A name that the disk of inputs cannot hold: such a file is put, which takes its time.
        var input = Store.Path_(new string('p', 254));
        await File.WriteAllBytesAsync(input, new byte[32_000_000], cancellationToken);
        await using var other = TestHostProcess.Start(Store, "job", "echo running; sleep 1000", input);
        await other.WaitForAsync(moment);

        await other.KillAsync();

        await Eventually.HoldsAsync(() => ProcessTable.Naming(Store.StorePath).Count == 0, "no QEMU outlives the host of its job");
        await using var host = await Store.OpenHostAsync();
        (await host.Machines.ListAsync(cancellationToken)).Should().BeEmpty("nobody will ever ask for a machine that a job made for itself");
        var interrupted = await host.FindInterruptedJobsAsync(cancellationToken);
        interrupted.Select(static job => job.Fate).Should().Equal(moment == "output" ? [TaskFate.MayHaveRun] : [], "only a program that was started may have run");
        foreach (var job in interrupted)
        {
            job.Program.Should().Be("/bin/sh");
            await host.ForgetInterruptedJobAsync(job.Id, cancellationToken);
        }

        (await host.FindInterruptedJobsAsync(cancellationToken)).Should().BeEmpty();
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Killed_beside_another_host_takes_nothing_of_the_others(CancellationToken cancellationToken)
    {
        var mine = await Host.StartNewAsync(cancellationToken: cancellationToken);
        await using var other = TestHostProcess.Start(Store, "machine");
        var id = VmId.Parse((await other.WaitForAsync("running"))[1]);

        await other.KillAsync();

        await NothingRunsAsync(id);
        await (await Host.OpenSessionAsync(mine, cancellationToken)).PingAsync(cancellationToken);
        // This host may take up what the other has left without opening the store again.
        (await Host.Machines.LoadAsync(id, cancellationToken)).State.Should().Be(VmState.Failed);
        await Host.Machines.DestroyAsync(id, cancellationToken);
        await Host.Machines.DestroyAsync(mine, cancellationToken);
    }

    private static Task NothingRunsAsync(VmId id) => Eventually.HoldsAsync(() => ProcessTable.Naming(id.ToString()).Count == 0, "no QEMU outlives its host process", TimeSpan.FromSeconds(5));

    private static void SocketsAreGone(VmId id) => Directory.Exists(Path.Combine(LeakCheck.RuntimeRoot, id.ToString())).Should().BeFalse();
}
