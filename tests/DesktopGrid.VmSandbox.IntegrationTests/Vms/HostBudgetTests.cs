using System.Collections.Concurrent;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Vms;

/// <summary>How many machines run at once, where the owner gives room for one.</summary>
[CancelAfter(300_000)]
internal sealed class HostBudgetTests
{
    private static readonly VmOptions Small = new() { MemoryMiB = 128 };

    private TempStore _store = null!;

    private IVmManager Machines => _store.Host.Machines;

    [OneTimeSetUp]
    public async Task OpenAsync() => _store = await TempStore.OpenAsync(static options => options.Budget.MemoryMiB = 300);

    [OneTimeTearDown]
    public async Task CloseAsync() => await _store.DisposeAsync();

    [TestCase("stop")]
    [TestCase("crash")]
    [TestCase("destroy")]
    [TestCase("quit")]
    public async Task The_second_waits_until_the_first_has_ended_however_it_ends(string how, CancellationToken cancellationToken)
    {
        var first = await _store.Host.StartNewAsync(Small, cancellationToken);
        var second = await Machines.CreateAsync(Small, cancellationToken);
        var starting = Machines.StartAsync(second, cancellationToken);
        await Machines.SuspendAsync(first, cancellationToken);
        await Machines.ContinueAsync(first, cancellationToken);
        // It is looked at while it waits, which holds nothing.
        (await Machines.GetStatusAsync(second, cancellationToken)).State.Should().Be(VmState.Created);
        starting.IsCompleted.Should().BeFalse("there is room for one");

        await (how switch
        {
            "stop" => Machines.StopAsync(first, TimeSpan.Zero, cancellationToken),
            "crash" => _store.Host.CrashAsync(first),
            "quit" => Machines.QuitAsync(first, cancellationToken: cancellationToken),
            _ => Machines.DestroyAsync(first, cancellationToken),
        });

        await starting;
        (await _store.Host.StateAsync(second)).Should().Be(VmState.Running);
        await Machines.DestroyAsync(second, cancellationToken);
        if (how != "destroy")
        {
            await Machines.DestroyAsync(first, cancellationToken);
        }
    }

    [Test]
    public async Task One_that_gives_up_waiting_is_as_it_was_and_can_be_destroyed_while_it_waits(CancellationToken cancellationToken)
    {
        var first = await _store.Host.StartNewAsync(Small, cancellationToken);
        var second = await Machines.CreateAsync(Small, cancellationToken);
        var third = await Machines.CreateAsync(Small, cancellationToken);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var starting = Machines.StartAsync(second, giveUp.Token);
        var doomed = Machines.StartAsync(third, cancellationToken);

        await giveUp.CancelAsync();

        await starting.Awaiting(static waiting => waiting).Should().ThrowAsync<OperationCanceledException>();
        (await Machines.GetStatusAsync(second, cancellationToken)).Should().BeEquivalentTo(new { State = VmState.Created, LastError = (string?)null });
        await Machines.DestroyAsync(third, cancellationToken);
        await Machines.DestroyAsync(first, cancellationToken);
        (await doomed.Awaiting(static waiting => waiting).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.MachineUnknown);
        await Machines.StartAsync(second, cancellationToken);
        await Machines.DestroyAsync(second, cancellationToken);
    }

    [Test]
    public async Task A_start_that_fails_gives_its_room_back_and_a_verb_that_is_refused_is_refused_at_once(CancellationToken cancellationToken)
    {
        using var image = AlteredImage.ThatPanicsAtBoot();
        await using var host = await _store.OpenHostAsync(options =>
        {
            options.Budget.MemoryMiB = 300;
            options.GuestImage = image.Folder;
        });
        var panics = await host.Machines.CreateAsync(Small, cancellationToken);
        for (var i = 0; i < 2; i++)
        {
            (await FluentActions.Awaiting(() => host.Machines.StartAsync(panics, cancellationToken)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.MachineEnded);
        }

        await host.Machines.DestroyAsync(panics, cancellationToken);
        var first = await _store.Host.StartNewAsync(Small, cancellationToken);
        (await FluentActions.Awaiting(() => Machines.StartAsync(first, cancellationToken)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.MachineState);
        await Machines.DestroyAsync(first, cancellationToken);
    }

    [Test]
    public async Task One_that_is_larger_than_the_whole_budget_is_refused_in_one_sentence(CancellationToken cancellationToken)
    {
        var large = await Machines.CreateAsync(new VmOptions { MemoryMiB = 512 }, cancellationToken);

        var failure = (await FluentActions.Awaiting(() => Machines.StartAsync(large, cancellationToken)).Should().ThrowAsync<VmException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.BudgetExceeded);
        failure.Message.Should().Contain("300 MiB").And.Contain("512 MiB");
        (await _store.Host.StateAsync(large)).Should().Be(VmState.Created);
        await Machines.DestroyAsync(large, cancellationToken);
    }

    [Test]
    public async Task A_template_is_made_in_the_place_of_the_machine_that_starts_and_waits_for_no_other(CancellationToken cancellationToken)
    {
        await _store.Host.PruneAsync(new StorePruneOptions { Images = false, Logs = false }, cancellationToken);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var counting = CountAsync(both.Token);
        var first = await Machines.CreateAsync(Small, cancellationToken);
        var second = await Machines.CreateAsync(Small, cancellationToken);

        var starting = Machines.StartAsync(first, cancellationToken);
        var waiting = Machines.StartAsync(second, cancellationToken);
        await starting;
        waiting.IsCompleted.Should().BeFalse("there is room for one");
        (await Machines.GetStatusAsync(first, cancellationToken)).StartPath.Should().Be(StartPath.Template);
        await Machines.DestroyAsync(first, cancellationToken);
        await waiting;

        await both.CancelAsync();
        (await counting).Should().Equal([0, 1], "its QEMU has gone when the machine's own comes");
        await Machines.DestroyAsync(second, cancellationToken);
    }

    [Test]
    public async Task Jobs_wait_for_their_turn_say_so_and_all_of_them_end(CancellationToken cancellationToken)
    {
        var job = new SandboxJob { Program = "/bin/echo", Arguments = ["done"], Machine = Small };
        var told = new ConcurrentQueue<JobPhase>[3];
        var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(number => _store.Host.RunAsync(job, new Recorder(progress => (told[number] ??= new()).Enqueue(progress.Phase)), cancellationToken: cancellationToken)));
        results.Select(static result => result.ExitCode).Should().Equal(0, 0, 0);
        foreach (var (phases, result) in told.Zip(results))
        {
            JobPhase[] wait = phases.Contains(JobPhase.Queued) ? [JobPhase.Queued] : [];
            result.Phases.Select(static time => time.Phase).Should().Equal([JobPhase.Create, .. wait, JobPhase.Start, JobPhase.Put, JobPhase.Run, JobPhase.Get, JobPhase.Destroy]);
            phases.SkipWhile(static phase => phase != JobPhase.Queued).Take(2).Should().Equal(wait.Length > 0 ? [JobPhase.Queued, JobPhase.Start] : []);
        }

        // How long the first boots, the others wait.
        results.Count(static result => result.TimeOf(JobPhase.Queued) > result.TimeOf(JobPhase.Destroy)).Should().Be(2, "there is room for one");
    }

    /// <summary>How many QEMUs with a guest there were at a time; one that is just being ended has no memory any more, and no command line.</summary>
    private async Task<SortedSet<int>> CountAsync(CancellationToken cancellationToken)
    {
        var found = new SortedSet<int>();
        while (!cancellationToken.IsCancellationRequested)
        {
            found.Add(ProcessTable.Naming(_store.StorePath).Count(static process => process.CommandLine.StartsWith("/usr/bin/qemu-system", StringComparison.Ordinal)));
            await Task.Delay(10, CancellationToken.None);
        }

        return found;
    }
}
