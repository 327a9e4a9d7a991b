using System.Diagnostics;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Pausing;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Standing;

/// <summary>Machines stand while the owner needs the computer, and the caller's own verbs go on meaning what they mean.</summary>
[CancelAfter(240_000)]
internal sealed class HoldTests : StoreFixture
{
    private volatile bool _isAsked;

    [SetUp]
    public void AskForNothing() => _isAsked = false;

    [Test]
    public async Task A_machine_stands_while_it_is_asked_for_and_goes_on_afterwards(CancellationToken cancellationToken)
    {
        await using var host = await OpenAsync();
        var id = await host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await host.OpenSessionAsync(id, cancellationToken);
        host.PausedBy.Should().BeNull();

        _isAsked = true;
        await StateAsync(host, id, VmState.Suspended);
        host.PausedBy.Should().Be(PauseReason.Asked);
        await host.OpenSessionAsync(id, cancellationToken);

        _isAsked = false;
        await session.PingAsync(cancellationToken);
        await StateAsync(host, id, VmState.Running);
        host.PausedBy.Should().BeNull();
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task What_the_caller_suspends_meanwhile_stays_so_and_what_it_continues_goes_on_at_the_end(CancellationToken cancellationToken)
    {
        await using var host = await OpenAsync();
        var (stays, goesOn, stoodBefore) = (await host.StartNewAsync(cancellationToken: cancellationToken), await host.StartNewAsync(cancellationToken: cancellationToken), await host.StartNewAsync(cancellationToken: cancellationToken));
        await host.Machines.SuspendAsync(stoodBefore, cancellationToken);
        _isAsked = true;
        await StateAsync(host, stays, VmState.Suspended);
        await StateAsync(host, goesOn, VmState.Suspended);

        await host.Machines.SuspendAsync(stays, cancellationToken);
        await host.Machines.ContinueAsync(goesOn, cancellationToken);
        (await host.Machines.GetStatusAsync(goesOn, cancellationToken)).State.Should().Be(VmState.Suspended, "the owner still needs the computer");

        _isAsked = false;
        await StateAsync(host, goesOn, VmState.Running);
        foreach (var id in (VmId[])[stays, stoodBefore])
        {
            (await host.Machines.GetStatusAsync(id, cancellationToken)).State.Should().Be(VmState.Suspended, "the caller has suspended it");
            await host.Machines.ContinueAsync(id, cancellationToken);
            await host.Machines.DestroyAsync(id, cancellationToken);
        }

        await host.Machines.DestroyAsync(goesOn, cancellationToken);
    }

    [Test]
    public async Task A_held_machine_can_be_kept_stopped_and_destroyed(CancellationToken cancellationToken)
    {
        await using var host = await OpenAsync();
        var id = await host.StartNewAsync(cancellationToken: cancellationToken);
        _isAsked = true;
        await StateAsync(host, id, VmState.Suspended);

        await host.Machines.CheckpointAsync(id, "held", cancellationToken);
        (await host.Machines.GetStatusAsync(id, cancellationToken)).State.Should().Be(VmState.Suspended);
        await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        _isAsked = false;
        await Eventually.HoldsAsync(() => host.PausedBy is null, "the owner has gone");
        (await host.Machines.GetStatusAsync(id, cancellationToken)).State.Should().Be(VmState.Stopped, "a hold does not start anything");
        await host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);
        await (await host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_machine_that_stood_for_the_owner_when_its_host_died_goes_on_with_the_next(CancellationToken cancellationToken)
    {
        VmId id;
        await using (var host = await OpenAsync())
        {
            id = await host.StartNewAsync(new VmOptions { OutlivesHost = true }, cancellationToken);
            _isAsked = true;
            await StateAsync(host, id, VmState.Suspended);
            Row(id).IsHeld.Should().BeTrue("whoever comes after a crash must know");
            // What a crash would leave: the orderly end lets it go on.
            await host.Machines.SuspendAsync(id, cancellationToken);
            Row(id).IsHeld.Should().BeFalse("the caller wants it to stand now");
        }

        _isAsked = false;
        Row(id, static row => row with { IsHeld = true }).State.Should().Be(nameof(VmState.Suspended));
        await using var next = await Store.OpenHostAsync();
        await next.Machines.LoadAsync(id, cancellationToken);

        (await next.StateAsync(id)).Should().Be(VmState.Running);
        Row(id).IsHeld.Should().BeFalse();
        await (await next.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
        await next.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_job_that_is_held_in_any_of_its_phases_ends_as_if_nothing_had_been_and_its_limits_come_no_nearer(CancellationToken cancellationToken)
    {
        await using var host = await OpenAsync();
        var job = new SandboxJob
        {
            Program = "/bin/sh",
            Arguments = ["-c", "cat input; for i in $(seq 5); do echo $i; sleep 0.2; done; echo done >output"],
            Inputs = [JobFile.FromBytes("input", "hello\n"u8.ToArray())],
            Outputs = [new JobOutput("output", Store.Path_("output"))],
            Limits = new JobLimits { WallTime = TimeSpan.FromSeconds(20) },
        };
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var alternating = Task.Run(
            async () =>
            {
                while (!over.IsCancellationRequested)
                {
                    _isAsked = !_isAsked;
                    await Task.Delay(300, over.Token);
                }
            },
            CancellationToken.None);

        var result = await host.RunAsync(job, cancellationToken);

        await over.CancelAsync();
        await alternating.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        result.ExitCode.Should().Be(0);
        (await File.ReadAllTextAsync(Store.Path_("output"), cancellationToken)).Should().Be("done\n");
        result.GetStandardOutputText().Should().Be("hello\n1\n2\n3\n4\n5\n");
    }

    [Test]
    public async Task A_hook_that_throws_is_logged_and_asked_again(CancellationToken cancellationToken)
    {
        var asked = 0;
        await using var host = await Store.OpenHostAsync(options => options.Pause = new PauseOptions
        {
            Interval = TimeSpan.FromMilliseconds(100),
            Asked = () => Interlocked.Increment(ref asked) % 2 == 0 ? throw new InvalidOperationException("the client's own fault") : true,
        });
        await Eventually.HoldsAsync(() => asked > 5 && host.PausedBy == PauseReason.Asked, "it is asked again", TimeSpan.FromSeconds(30));
    }

    [Test]
    [Category("Long")]
    [CancelAfter(900_000)]
    public async Task Busy_processors_are_left_to_their_owner(CancellationToken cancellationToken)
    {
        await using var host = await Store.OpenHostAsync(static options =>
        {
            options.Pause = new PauseOptions { OthersCpuPercent = 60 };
            options.Qemu.Priority = new QemuOptions().Priority;
        });
        var id = await host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await host.OpenSessionAsync(id, cancellationToken);
        await session.StartAsync(new TaskStartRequest { TaskId = "t", Program = "/bin/sh", Arguments = ["-c", "while :; do :; done"] }, cancellationToken: cancellationToken);
        var owners = Enumerable.Range(0, Environment.ProcessorCount).Select(static _ => Process.Start(new ProcessStartInfo("sha256sum", ["/dev/zero"]) { RedirectStandardOutput = true })!).ToList();
        try
        {
            await Eventually.HoldsAsync(() => host.PausedBy == PauseReason.ProcessorsBusy, "others use them", TimeSpan.FromMinutes(2));
        }
        finally
        {
            foreach (var owner in owners)
            {
                owner.Kill();
                await owner.WaitForExitAsync(CancellationToken.None);
                owner.Dispose();
            }
        }

        await Eventually.HoldsAsync(() => host.PausedBy is null, "they are free again, when whatever else uses this computer has ended too", TimeSpan.FromMinutes(10));
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    private MachineRow Row(VmId id, Func<MachineRow, MachineRow>? change = null)
    {
        using var catalog = CatalogDatabase.Open(Path.Combine(Store.StorePath, "catalog.db"));
        var table = new MachineTable(catalog);
        if (change is not null)
        {
            table.Update(change(table.Find(id.ToString())!));
        }

        return table.Find(id.ToString())!;
    }

    private Task<SandboxHost> OpenAsync() => Store.OpenHostAsync(options => options.Pause = new PauseOptions { Asked = () => _isAsked, Interval = TimeSpan.FromMilliseconds(100) });

    private static async Task StateAsync(SandboxHost host, VmId id, VmState state) =>
        await Eventually.HoldsAsync(() => host.Machines.GetStatusAsync(id).GetAwaiter().GetResult().State == state, $"it is {state}", TimeSpan.FromSeconds(60));
}
