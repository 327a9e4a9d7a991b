using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms.Boundary;
using DesktopGrid.VmSandbox.Vms.Running;
using DesktopGrid.VmSandbox.Vms.Standing;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>suspend and continue, the caller's and the owner's; and the share of its CPUs that a machine is kept to.</summary>
internal sealed partial class VmManager : IHeldMachines
{
    private TimeSpan _cpuTimeOfEnded;
    private Dictionary<VmId, TimeSpan> _cpuTimes = [];

    public async Task SuspendAsync(VmId id, CancellationToken cancellationToken = default)
    {
        if (await TakeOverAsync(id, slot => HoldVerb.Forget(services, slot), cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        using var entered = await EnterLoadedAsync(id, VmVerb.Suspend, cancellationToken).ConfigureAwait(false);
        await SuspendVerb.RunAsync(services, Slot(id), cancellationToken).ConfigureAwait(false);
    }

    public async Task ContinueAsync(VmId id, CancellationToken cancellationToken = default)
    {
        // It goes on as soon as the owner's work lets it.
        if (await TakeOverAsync(id, static _ => { }, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        using var entered = await EnterLoadedAsync(id, VmVerb.Continue, cancellationToken).ConfigureAwait(false);
        await ContinueVerb.RunAsync(services, Slot(id), cancellationToken).ConfigureAwait(false);
    }

    public async Task SetCpuShareAsync(VmId id, int percent, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(percent, CpuShareVerb.Least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, CpuShareVerb.All);
        using var entered = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        await LoadVerb.RunAsync(services, Slot(id), Watch(id), cancellationToken).ConfigureAwait(false);
        await CpuShareVerb.RunAsync(services, Slot(id), percent).ConfigureAwait(false);
    }

    // For one caller at a time.
    public TimeSpan CpuTime()
    {
        var now = new Dictionary<VmId, TimeSpan>();
        foreach (var slot in _slots.Values)
        {
            if (slot.Running?.Measure() is { } usage)
            {
                now[slot.Id] = usage.CpuTime;
            }
        }

        // What a machine used that has ended, or begins anew with another process, stays used.
        _cpuTimeOfEnded += Sum(_cpuTimes.Where(before => !now.TryGetValue(before.Key, out var time) || time < before.Value).Select(static before => before.Value));
        _cpuTimes = now;
        return _cpuTimeOfEnded + Sum(now.Values);

        static TimeSpan Sum(IEnumerable<TimeSpan> times) => times.Aggregate(TimeSpan.Zero, static (sum, time) => sum + time);
    }

    public Task HoldAsync(string reason, CancellationToken cancellationToken) => EachAsync(slot => HoldVerb.HoldAsync(services, slot, reason, cancellationToken), cancellationToken);

    public Task ReleaseAsync(CancellationToken cancellationToken) => EachAsync(slot => slot.IsHeld ? HoldVerb.ReleaseAsync(services, slot, cancellationToken) : Task.CompletedTask, cancellationToken);

    private async Task EachAsync(Func<VmSlot, Task> act, CancellationToken cancellationToken)
    {
        foreach (var slot in _slots.Values.Where(static slot => slot.Running is not null))
        {
            // One that a verb has in hand, a start of minutes perhaps, is met at the next look; the others do not wait for it.
            if (await slot.TryEnterAsync().ConfigureAwait(false) is not { } entered)
            {
                continue;
            }

            using (entered)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    await act(slot).ConfigureAwait(false);
                }
                catch (SandboxException e)
                {
                    // It ended meanwhile, or its monitor does not answer: the others are held all the same.
                    VmLog.NotHeld(services.Logger, slot.Id, e);
                }
            }
        }
    }

    /// <summary>Whether the machine is held, so that the caller's wish is a matter of what becomes of it afterwards.</summary>
    private async Task<bool> TakeOverAsync(VmId id, Action<VmSlot> wish, CancellationToken cancellationToken)
    {
        using var entered = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        if (Slot(id) is not { IsHeld: true, Running: not null } slot)
        {
            return false;
        }

        wish(slot);
        return true;
    }
}
