using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;

namespace DesktopGrid.VmSandbox.Vms.Migration;

/// <summary>Follows the status of a migration by QEMU's events, which come the moment it changes: a guest that stands waits for no poll.</summary>
internal sealed class MigrationWatch : IAsyncDisposable
{
    private readonly QmpSubscription _events;
    private readonly Task _following;
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = New();
    private string? _status;
    private bool _isGone;

    /// <summary>Follows what is begun after this call.</summary>
    public MigrationWatch(QmpClient monitor)
    {
        _events = monitor.Subscribe();
        _following = FollowAsync();
    }

    /// <summary>Waits for one of these statuses, or for an end that was not asked for.</summary>
    /// <returns>The status.</returns>
    /// <exception cref="QmpException">QEMU is gone.</exception>
    public async Task<string> UntilAsync(Func<string, bool> isReached, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_status is { } status && (isReached(status) || IsBroken(status)))
                {
                    return status;
                }

                if (_isGone)
                {
                    throw new QmpException(SandboxErrorCode.MonitorDisconnected, "QEMU's monitor broke off in the middle of a migration.");
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public static bool IsBroken(string status) => status is MigrationNames.Failed or MigrationNames.Cancelled;

    public async ValueTask DisposeAsync()
    {
        _events.Dispose();
        await _following.ConfigureAwait(false);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task FollowAsync()
    {
        await foreach (var happened in _events.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (happened.Name == QmpEventNames.Migration)
            {
                Change(() => _status = happened.Text("status"));
            }
        }

        Change(() => _isGone = true);
    }

    private void Change(Action act)
    {
        TaskCompletionSource before;
        lock (_lock)
        {
            act();
            (before, _changed) = (_changed, New());
        }

        before.TrySetResult();
    }
}
