using System.Diagnostics;
using DesktopGrid.VmSandbox.Platform.Linux;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Tests.Support;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Tests.Vms;

/// <summary>What opening a store finds and mends. A sleeping process stands where a QEMU would that its host process left behind.</summary>
[Platform("Linux")]
[CancelAfter(120_000)]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class StoreReconcilerTests
{
    private MachineBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new MachineBench();

    [TearDown]
    public async Task Close() => await _bench.DisposeAsync();

    [TestCase(VmState.Running)]
    [TestCase(VmState.Suspended)]
    public async Task A_machine_whose_process_is_gone_is_marked_so(VmState state)
    {
        var id = await _bench.MachineInAsync(state, CancellationToken.None);

        await _bench.Reconciler.RunAsync(CancellationToken.None);

        var row = _bench.Rows.Find(id.ToString())!;
        row.State.Should().Be("Failed");
        row.LastError.Should().NotBeNullOrEmpty();
    }

    [TestCase(VmState.Created)]
    [TestCase(VmState.Stopped)]
    [TestCase(VmState.Failed)]
    public async Task A_machine_that_rests_is_left_as_it_is(VmState state)
    {
        var id = await _bench.MachineInAsync(state, CancellationToken.None);
        var before = _bench.Rows.Find(id.ToString());

        await _bench.Reconciler.RunAsync(CancellationToken.None);

        _bench.Rows.Find(id.ToString()).Should().BeEquivalentTo(before);
    }

    [TestCase(VmState.Running, false, true)]
    [TestCase(VmState.Running, true, false, Description = "it was told to outlive its host")]
    [TestCase(VmState.Created, true, true, Description = "its host died while it started it")]
    public async Task A_process_without_an_owner_is_ended(VmState state, bool outlives, bool isEnded)
    {
        using var orphan = Process.Start(new ProcessStartInfo("sleep", ["600"]))!;
        var id = await _bench.MachineInAsync(state, CancellationToken.None);
        var identity = IdentityOf(orphan);
        // The catalog keeps whether it outlives its host from its creation on; a new row stands for that.
        var row = _bench.Rows.Find(id.ToString())! with { Process = identity.ToString(), OutlivesHost = outlives };
        _bench.Rows.Remove(row.Id);
        _bench.Rows.Add(row);

        await _bench.Reconciler.RunAsync(CancellationToken.None);

        _bench.Platform.Finder.IsAlive(identity).Should().Be(!isEnded);
        _bench.Rows.Find(row.Id)!.State.Should().Be(isEnded ? "Failed" : state.ToString());
        orphan.Kill();
        await orphan.WaitForExitAsync();
    }

    [Test]
    public async Task A_process_number_that_belongs_to_another_now_is_not_killed(CancellationToken cancellationToken)
    {
        using var other = Process.Start(new ProcessStartInfo("sleep", ["600"]))!;
        var id = await _bench.MachineInAsync(VmState.Running, cancellationToken);
        var identity = IdentityOf(other);
        _bench.Rows.Update(_bench.Rows.Find(id.ToString())! with { Process = (identity with { StartTicks = identity.StartTicks - 1 }).ToString() });

        await _bench.Reconciler.RunAsync(cancellationToken);

        other.HasExited.Should().BeFalse();
        _bench.Rows.Find(id.ToString())!.State.Should().Be("Failed");
        other.Kill();
        await other.WaitForExitAsync(cancellationToken);
    }

    [Test]
    public async Task A_machine_that_another_process_holds_is_left_alone(CancellationToken cancellationToken)
    {
        var id = await _bench.MachineInAsync(VmState.Running, cancellationToken);
        using var held = MachineLock.TryTake(_bench.Layout.Lock(id.ToString()));

        await _bench.Reconciler.RunAsync(cancellationToken);

        _bench.Rows.Find(id.ToString())!.State.Should().Be("Running");
    }

    [Test]
    public async Task A_row_without_files_and_files_without_a_row_are_swept(CancellationToken cancellationToken)
    {
        var lost = await _bench.MachineInAsync(VmState.Stopped, cancellationToken);
        Directory.Delete(_bench.Layout.Machine(lost.ToString()), recursive: true);
        Directory.CreateDirectory(_bench.Layout.Machine("0123456789ab"));
        await File.WriteAllTextAsync(_bench.Layout.Overlay("0123456789ab"), "", cancellationToken);
        await File.WriteAllTextAsync(_bench.Layout.Log("0123456789ab"), "", cancellationToken);

        await _bench.Reconciler.RunAsync(cancellationToken);

        _bench.Rows.All().Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(_bench.Layout.Machines).Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(_bench.Layout.Logs).Should().BeEmpty();
    }

    [Test]
    public async Task A_folder_that_is_no_machine_is_not_touched(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_bench.Layout.Machine("notes of the owner"));

        await _bench.Reconciler.RunAsync(cancellationToken);

        Directory.Exists(_bench.Layout.Machine("notes of the owner")).Should().BeTrue();
    }

    [Test]
    public async Task Files_that_another_process_is_just_making_are_left_alone(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_bench.Layout.Machine("0123456789ab"));
        using var held = MachineLock.TryTake(_bench.Layout.Lock("0123456789ab"));

        await _bench.Reconciler.RunAsync(cancellationToken);

        Directory.Exists(_bench.Layout.Machine("0123456789ab")).Should().BeTrue();
    }

    [Test]
    public async Task A_kept_log_stays_until_its_time_and_then_goes(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(_bench.Layout.Log("0123456789ab"), "", cancellationToken);
        _bench.KeptLogs.Keep("0123456789ab", _bench.Time.GetUtcNow().AddHours(1));
        await _bench.Reconciler.RunAsync(cancellationToken);
        File.Exists(_bench.Layout.Log("0123456789ab")).Should().BeTrue();

        _bench.Time.Advance(TimeSpan.FromHours(1));
        await _bench.Reconciler.RunAsync(cancellationToken);
        File.Exists(_bench.Layout.Log("0123456789ab")).Should().BeFalse();
        _bench.KeptLogs.All().Should().BeEmpty();
    }

    private static ProcessIdentity IdentityOf(Process process) => ProcFile.Identify(process.Id)!;
}
