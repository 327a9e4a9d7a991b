using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Tests.Support;

namespace DesktopGrid.VmSandbox.Tests.Stores;

[CancelAfter(240_000)]
public sealed class MachineLockTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new TemporaryFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void One_at_a_time_holds_it_in_a_process_too()
    {
        var path = _folder.File("lock");
        using (var held = MachineLock.TryTake(path))
        {
            held.Should().NotBeNull();
            MachineLock.TryTake(path).Should().BeNull();
        }

        using var again = MachineLock.TryTake(path);
        again.Should().NotBeNull();
    }

    [Test]
    public async Task Another_process_is_kept_out_and_keeps_out(CancellationToken cancellationToken)
    {
        var path = _folder.File("lock");
        using var first = SecondProcess.Start([], SecondProcessWork.Lock, path);
        (await first.SaysAsync(cancellationToken)).Should().Be("held");
        MachineLock.TryTake(path).Should().BeNull();

        first.Release();
        await first.EndsWellAsync(cancellationToken);
        using var held = MachineLock.TryTake(path);
        held.Should().NotBeNull();
        using var second = SecondProcess.Start([], SecondProcessWork.Lock, path);
        (await second.SaysAsync(cancellationToken)).Should().Be("busy");
    }

    [Test]
    public async Task A_process_that_is_killed_leaves_no_stale_lock(CancellationToken cancellationToken)
    {
        var path = _folder.File("lock");
        using var doomed = SecondProcess.Start([], SecondProcessWork.Lock, path);
        (await doomed.SaysAsync(cancellationToken)).Should().Be("held");
        await doomed.KillAsync(cancellationToken);

        using var held = MachineLock.TryTake(path);
        held.Should().NotBeNull();
    }

    [Test]
    public void A_machine_without_a_folder_has_no_lock() =>
        FluentActions.Invoking(() => MachineLock.TryTake(_folder.File("none/lock"))).Should().Throw<PlatformException>().Which.Message.Should().Contain(_folder.File("none"));

    [TestCase("", Description = "a folder")]
    [TestCase("/proc/sys/vmsandbox-lock", Description = "a file system where nothing can be made")]
    public void What_cannot_be_opened_is_not_taken_for_a_lock_that_is_held(string path) =>
        FluentActions.Invoking(() => MachineLock.TryTake(path.Length > 0 ? path : _folder.Path)).Should().Throw<PlatformException>().Which.Code.Should().Be(SandboxErrorCode.StoreNotWritable);
}
