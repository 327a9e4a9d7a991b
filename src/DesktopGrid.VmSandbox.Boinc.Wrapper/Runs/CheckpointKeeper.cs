using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>Keeps the work of a task at the user's interval, while it runs. What the client hears of a checkpoint is true: it outlasts a cut of the power.</summary>
internal sealed class CheckpointKeeper(RunParts parts, TaskMachine machine, TaskWatch watch, CheckpointPace pace) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _giveUp = new();
    private Task _taking = Task.CompletedTask;
    private volatile bool _isEnded;
    private int _failures = machine.Record.Failures;

    /// <summary>Takes them until it is cancelled; one that is being taken then goes on.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, parts.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!_isEnded && _taking.IsCompleted && !parts.Switch.Stands && pace.IsDue(parts.Switch.Ran))
            {
                _taking = TakeAsync();
            }
        }
    }

    /// <summary>Lets one that is being taken end, for a while; then it is given up, and nothing of it is kept.</summary>
    public async ValueTask DisposeAsync()
    {
        _isEnded = true;
        try
        {
            await _taking.WaitAsync(Grace, parts.Time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await _giveUp.CancelAsync().ConfigureAwait(false);
            await _taking.WaitAsync(Grace, parts.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

    }

    private async Task TakeAsync()
    {
        var (begin, cpuTime) = (parts.Switch.Ran, watch.CpuTime);
        try
        {
            var kept = await machine.CheckpointAsync(_giveUp.Token).ConfigureAwait(false);
            watch.LastCheckpoint = kept.TakenAt;
            // Before the instant, not after: what the client counts as kept must not be more than is kept.
            watch.KeptCpuTime = cpuTime;
            if (_failures > 0)
            {
                _failures = 0;
                (machine.Record with { Failures = 0 }).Write(parts.Task.Slot);
            }
        }
        catch (Exception e) when (e is SandboxException or OperationCanceledException)
        {
            parts.Tell($"the work could not be kept, and what was kept before stands: {(e as SandboxException)?.Sentence ?? "there was no time"}");
        }

        // A client that throttles lets it stand in between, which is no cost of ours.
        pace.Note(parts.Switch.Ran, parts.Switch.Ran - begin);
    }
}
