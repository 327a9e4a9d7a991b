using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform.Processes;

/// <summary>Who may kill, and when it is too late for that.</summary>
public sealed class HostProcessTests
{
    [Test]
    public async Task One_that_runs_is_killed_by_who_disposes_of_it()
    {
        var process = new Scripted(outlivesHost: false);
        await process.DisposeAsync();
        (process.Kills, process.IsReleased).Should().Be((1, true));
    }

    [Test]
    public async Task One_that_was_released_before_its_end_was_seen_is_not_killed_by_a_name_that_may_be_anothers()
    {
        var process = new Scripted(outlivesHost: true);
        await process.DisposeAsync();
        process.Kill();
        (process.Kills, process.IsReleased).Should().Be((0, true));
    }

    [Test]
    public void One_that_has_ended_is_not_killed()
    {
        var process = new Scripted(outlivesHost: false);
        process.End();
        process.Kill();
        process.Kills.Should().Be(0);
    }

    private sealed class Scripted(bool outlivesHost) : HostProcess(outlivesHost, TimeProvider.System)
    {
        private readonly TaskCompletionSource<ProcessExit> _exited = new();

        public int Kills { get; private set; }

        public bool IsReleased { get; private set; }

        public override ProcessIdentity Identity { get; } = new(1, 0, "");

        public override Stream StandardOutput => Stream.Null;

        public override Stream StandardError => Stream.Null;

        public override Task<ProcessExit> Exited => _exited.Task;

        public override IReadOnlyList<ConfinementLayerStatus> Confinement => [];

        public void End() => _exited.TrySetResult(new ProcessExit(null, 9));

        protected override void KillTree()
        {
            Kills++;
            End();
        }

        protected override void Release() => IsReleased = true;
    }
}
