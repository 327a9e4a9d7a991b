using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Tests.Support;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Tests.Vms;

/// <summary>What the verbs do and refuse before a QEMU runs; the integration tests have one.</summary>
[CancelAfter(120_000)]
public sealed class MachineVerbTests
{
    private MachineBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new MachineBench();

    [TearDown]
    public async Task Close() => await _bench.DisposeAsync();

    [Test]
    public async Task A_new_machine_has_an_overlay_over_its_image_and_a_row(CancellationToken cancellationToken)
    {
        var options = new VmOptions { MemoryMiB = 301, VirtualCpus = 3, Labels = new Dictionary<string, string> { ["project"] = "π" } };

        var id = await _bench.Machines.CreateAsync(options, cancellationToken);

        var status = await _bench.Machines.GetStatusAsync(id, cancellationToken);
        (status.State, status.Image, status.MemoryMiB, status.VirtualCpus, status.CreatedAt).Should().Be((VmState.Created, "sample", 302, 3, _bench.Time.GetUtcNow()));
        status.Labels.Should().Equal(options.Labels);
        (status.ProcessId, status.Accelerator, status.MemoryBytes).Should().Be((null, null, 0));
        status.DiskBytes.Should().BeGreaterThan(0);
        BackingChain.Check(_bench.Layout.Overlay(id.ToString()), _bench.Layout.Root).Should().HaveCount(2);
    }

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return Fault("too little memory", new VmOptions { MemoryMiB = 63 }, "MemoryMiB must be 64 to 1048576, not 63");
        yield return Fault("too much memory", new VmOptions { MemoryMiB = 1_048_577 }, "MemoryMiB must be 64 to 1048576");
        yield return Fault("less memory than the image needs", new VmOptions { MemoryMiB = 64 }, "needs at least 96 MiB of memory, 64 were asked for");
        yield return Fault("no CPU", new VmOptions { VirtualCpus = 0 }, "VirtualCpus must be 1 to 64, not 0");
        yield return Fault("too many CPUs", new VmOptions { VirtualCpus = 65 }, "VirtualCpus must be 1 to 64");
        yield return Fault("no time to boot", new VmOptions { BootTimeout = TimeSpan.Zero }, "BootTimeout must be 1 s to 1 h");
        yield return Fault("all the time to boot", new VmOptions { BootTimeout = TimeSpan.FromDays(1) }, "BootTimeout must be 1 s to 1 h");
        yield return Fault("a log of the past", new VmOptions { KeepLog = TimeSpan.FromTicks(-1) }, "KeepLog must be zero to ten years");
        yield return Fault("too many labels", new VmOptions { Labels = Enumerable.Range(0, 33).ToDictionary(static number => $"{number}", static _ => "") }, "32 labels, not 33");
        yield return Fault("null labels", new VmOptions { Labels = null! }, "Labels must not be null; leave it out for none");
        yield return Fault("a label that is null", new VmOptions { Labels = new Dictionary<string, string> { ["a"] = null! } }, "a label's name");
        yield return Fault("a label without a name", new VmOptions { Labels = new Dictionary<string, string> { [""] = "" } }, "a label's name");
        yield return Fault("a long label", new VmOptions { Labels = new Dictionary<string, string> { ["a"] = new('x', 257) } }, "a label's name");

        static TestCaseData Fault(string name, VmOptions options, string sentence) => new TestCaseData(options, sentence).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Faults))]
    public async Task A_machine_that_cannot_be_is_refused_and_leaves_nothing(VmOptions options, string sentence)
    {
        var failure = (await _bench.Machines.Awaiting(machines => machines.CreateAsync(options, CancellationToken.None)).Should().ThrowAsync<VmException>()).Which;

        failure.Message.Should().Contain(sentence);
        failure.Verb.Should().Be(VmVerb.Create);
        Directory.EnumerateFileSystemEntries(_bench.Layout.Machines).Should().BeEmpty();
        _bench.Rows.All().Should().BeEmpty();
    }

    [Test]
    public async Task An_image_that_is_not_there_is_named(CancellationToken cancellationToken) =>
        (await _bench.Machines.Awaiting(machines => machines.CreateAsync(new VmOptions { Image = "none" }, cancellationToken)).Should().ThrowAsync<ImageException>()).Which.Message.Should().Contain("none");

    [Test]
    public async Task Who_gives_up_before_it_is_made_leaves_nothing(CancellationToken cancellationToken)
    {
        using var caller = new CancellationTokenSource();
        await caller.CancelAsync();

        await _bench.Machines.Awaiting(machines => machines.CreateAsync(new VmOptions(), caller.Token)).Should().ThrowAsync<OperationCanceledException>();
        Directory.EnumerateFileSystemEntries(_bench.Layout.Machines).Should().BeEmpty();
        cancellationToken.IsCancellationRequested.Should().BeFalse();
    }

    [TestCase(VmState.Created, VmVerb.Suspend)]
    [TestCase(VmState.Created, VmVerb.Continue)]
    [TestCase(VmState.Created, VmVerb.Stop)]
    [TestCase(VmState.Stopped, VmVerb.Suspend)]
    [TestCase(VmState.Stopped, VmVerb.Continue)]
    [TestCase(VmState.Stopped, VmVerb.Stop)]
    [TestCase(VmState.Failed, VmVerb.Suspend)]
    [TestCase(VmState.Failed, VmVerb.Continue)]
    [TestCase(VmState.Failed, VmVerb.Stop)]
    [TestCase(VmState.Running, VmVerb.Start)]
    [TestCase(VmState.Running, VmVerb.Continue)]
    [TestCase(VmState.Suspended, VmVerb.Start)]
    [TestCase(VmState.Suspended, VmVerb.Suspend)]
    public async Task A_verb_that_the_table_does_not_allow_is_refused_and_changes_nothing(VmState state, VmVerb verb)
    {
        var id = await _bench.MachineInAsync(state, CancellationToken.None);
        // A process that lives stands for its QEMU: of one that is gone the verbs see that it has ended.
        _bench.Rows.Update(_bench.Rows.Find(id.ToString())! with { Process = state is VmState.Running or VmState.Suspended ? _bench.Platform.Finder.Current.ToString() : null });

        var failure = (await this.Awaiting(_ => RunAsync(verb, id)).Should().ThrowAsync<VmException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.MachineState);
        (failure.Verb, failure.State, failure.Machine).Should().Be((verb, state, id.ToString()));
        failure.Message.Should().Contain(string.Join(", ", VmTransitions.AllowedIn(verb)));
        _bench.Rows.Find(id.ToString())!.State.Should().Be(state.ToString());
    }

    [TestCase(VmVerb.Load)]
    [TestCase(VmVerb.Start)]
    [TestCase(VmVerb.Suspend)]
    [TestCase(VmVerb.Continue)]
    [TestCase(VmVerb.Stop)]
    [TestCase(VmVerb.Destroy)]
    [TestCase(VmVerb.GetStatus)]
    public async Task A_machine_that_is_not_there_is_unknown_to_every_verb(VmVerb verb) =>
        (await this.Awaiting(_ => RunAsync(verb, VmId.Parse("0123456789ab"))).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.MachineUnknown);

    [TestCase(VmState.Created)]
    [TestCase(VmState.Stopped)]
    [TestCase(VmState.Failed)]
    [TestCase(VmState.Running, Description = "by the catalog; its process is gone")]
    public async Task After_destroy_nothing_is_left(VmState state)
    {
        var id = await _bench.MachineInAsync(state, CancellationToken.None);
        await File.WriteAllTextAsync(_bench.Layout.Log(id.ToString()), "");

        await _bench.Machines.DestroyAsync(id, CancellationToken.None);

        _bench.Rows.All().Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(_bench.Layout.Machines).Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(_bench.Layout.Logs).Should().BeEmpty();
    }

    [Test]
    public async Task A_log_that_was_asked_to_stay_stays(CancellationToken cancellationToken)
    {
        var id = await _bench.Machines.CreateAsync(new VmOptions { KeepLog = TimeSpan.FromDays(2) }, cancellationToken);
        await File.WriteAllTextAsync(_bench.Layout.Log(id.ToString()), "", cancellationToken);

        await _bench.Machines.DestroyAsync(id, cancellationToken);

        File.Exists(_bench.Layout.Log(id.ToString())).Should().BeTrue();
        _bench.KeptLogs.All().Should().Equal((id.ToString(), _bench.Time.GetUtcNow().AddDays(2)));
    }

    [Test]
    public async Task A_log_whose_time_is_over_goes_while_the_host_stays_open(CancellationToken cancellationToken)
    {
        var old = await _bench.Machines.CreateAsync(new VmOptions { KeepLog = TimeSpan.FromDays(2) }, cancellationToken);
        var other = await _bench.Machines.CreateAsync(new VmOptions(), cancellationToken);
        await File.WriteAllTextAsync(_bench.Layout.Log(old.ToString()), "", cancellationToken);
        await _bench.Machines.DestroyAsync(old, cancellationToken);

        _bench.Time.Advance(TimeSpan.FromDays(2));
        await _bench.Machines.DestroyAsync(other, cancellationToken);

        File.Exists(_bench.Layout.Log(old.ToString())).Should().BeFalse();
        _bench.KeptLogs.All().Should().BeEmpty();
    }

    [Test]
    public async Task A_machine_that_another_process_holds_for_a_moment_is_waited_for(CancellationToken cancellationToken)
    {
        var id = await _bench.Machines.CreateAsync(new VmOptions(), CancellationToken.None);
        var held = MachineLock.TryTake(_bench.Layout.Lock(id.ToString()))!;
        var waiting = _bench.Machines.DestroyAsync(id, cancellationToken);
        waiting.IsCompleted.Should().BeFalse();

        held.Dispose();
        while (!waiting.IsCompleted)
        {
            _bench.Time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        await waiting;
        _bench.Rows.Find(id.ToString()).Should().BeNull();
    }

    [TestCase(VmVerb.Start)]
    [TestCase(VmVerb.Destroy)]
    public async Task A_machine_that_another_process_holds_is_busy(VmVerb verb)
    {
        var id = await _bench.Machines.CreateAsync(new VmOptions(), CancellationToken.None);
        using var held = MachineLock.TryTake(_bench.Layout.Lock(id.ToString()));

        var refused = RunAsync(verb, id);
        while (!refused.IsCompleted)
        {
            _bench.Time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        var failure = (await this.Awaiting(_ => refused).Should().ThrowAsync<VmException>()).Which;

        (failure.Code, failure.Verb, failure.IsTransient).Should().Be((SandboxErrorCode.MachineBusy, verb, true));
        _bench.Rows.Find(id.ToString()).Should().NotBeNull();
    }

    [Test]
    public async Task A_machine_whose_process_is_gone_is_told_as_failed_and_marked_so_when_it_is_loaded(CancellationToken cancellationToken)
    {
        var id = await _bench.MachineInAsync(VmState.Running, cancellationToken);
        (await _bench.Machines.GetStatusAsync(id, cancellationToken)).State.Should().Be(VmState.Failed);

        (await _bench.Machines.LoadAsync(id, cancellationToken)).State.Should().Be(VmState.Failed);

        var row = _bench.Rows.Find(id.ToString())!;
        (row.State, row.Process).Should().Be(("Failed", null));
        row.LastError.Should().Contain("QEMU ended");
    }

    private Task RunAsync(VmVerb verb, VmId id) => verb switch
    {
        VmVerb.Load => _bench.Machines.LoadAsync(id),
        VmVerb.Start => _bench.Machines.StartAsync(id),
        VmVerb.Suspend => _bench.Machines.SuspendAsync(id),
        VmVerb.Continue => _bench.Machines.ContinueAsync(id),
        VmVerb.Stop => _bench.Machines.StopAsync(id),
        VmVerb.Destroy => _bench.Machines.DestroyAsync(id),
        _ => _bench.Machines.GetStatusAsync(id),
    };
}
