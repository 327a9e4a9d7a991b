using DesktopGrid.VmSandbox.Boinc.Control;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Switching;

/// <summary>Two who switch projects of one client.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class SwitchTurnTests
{
    private SwitchBench _bench = null!;

    [SetUp]
    public void Open()
    {
        _bench = new SwitchBench();
        _bench.Project.Version("a", 100, "app_1").Task("r", "a", 100).Site();
    }

    [TearDown]
    public async Task CloseAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task The_second_is_told_of_the_first_and_comes_after_it(CancellationToken cancellationToken)
    {
        var (one, other) = (Control(), Control());
        await one.EnableAsync(await one.PreviewAsync("project.test", cancellationToken), new SwitchOptions(), cancellationToken);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = one.DisableAsync("project.test", new SwitchOptions(Wait: TimeSpan.FromMinutes(1)), end.Token);
        first.IsCompleted.Should().BeFalse("there is a task that has to end");
        foreach (var second in (Func<Task>[])[
            () => other.DisableAsync("project.test", new SwitchOptions(DiscardWork: true), cancellationToken),
            () => other.RefreshAsync("project.test", new SwitchOptions(), cancellationToken)])
        {
            await FluentActions.Awaiting(second).Should().ThrowAsync<BoincException>().WithMessage($"Another vmsandbox switches a project of the client in {_bench.Project.DataFolder} at this moment.*");
        }

        (await other.ListAsync(verify: false, cancellationToken)).Single().State.Should().Be(ProjectState.Sandboxed, "who only looks need not wait");
        await end.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        (await other.DisableAsync("project.test", new SwitchOptions(DiscardWork: true), cancellationToken)).IsDone.Should().BeTrue();
        Directory.GetFileSystemEntries(_bench.Project.DataFolder).Should().NotContain(static name => name.Contains("lock", StringComparison.Ordinal));
    }

    private BoincControl Control()
    {
        var engine = _bench.Project.Engine;
        var host = new SandboxHostOptions { GuestImage = engine.GuestImage, StorePath = Path.Combine(_bench.Project.DataFolder, "store") };
        host.Qemu.EmulatorPath = engine.Emulator;
        return new BoincControl(new BoincControlOptions { DataFolder = _bench.Project.DataFolder, Endpoint = _bench.Client.Endpoint, Wrapper = engine.Wrapper, Factor = 8, Host = host }, loggers: null, TimeProvider.System);
    }
}
