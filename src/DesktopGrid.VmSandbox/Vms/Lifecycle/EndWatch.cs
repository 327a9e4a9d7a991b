using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>Writes down how machines end that nobody told to: the log, the catalog, and what of theirs is to be removed.</summary>
internal sealed class EndWatch(VmServices services)
{
    // The system knows of an end a moment before it is told.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    /// <summary>Waits for an end that nobody asked for, and writes it down.</summary>
    public async Task WatchAsync(VmSlot slot, RunningVm running)
    {
        await ((Task)running.Qemu.Exited).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        try
        {
            using var entered = await slot.EnterAsync(CancellationToken.None).ConfigureAwait(false);
            if (!ReferenceEquals(slot.Running, running) || running.IsEnding || services.Machines.Find(slot.Id.ToString()) is not { } row)
            {
                return;
            }

            await RecordEndAsync(slot, running, row).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The host was closed meanwhile: what it knew of its machines it has written down.
        }
        catch (SandboxException e)
        {
            VmLog.EndNotNoted(services.Logger, slot.Id, e);
        }
    }

    /// <summary>A verb that comes between a machine's end and the note of it writes the note first: what it sees and what it may do are then one.</summary>
    public async Task SettleAsync(VmSlot slot)
    {
        if (slot.Running is not { IsEnding: false } running || running.Measure() is not null || services.Machines.Find(slot.Id.ToString()) is not { } row)
        {
            return;
        }

        using var bound = new CancellationTokenSource(EndPatience, services.Time);
        await ((Task)running.Qemu.Exited).WaitAsync(bound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running.Qemu.Exited.IsCompleted)
        {
            await RecordEndAsync(slot, running, row).ConfigureAwait(false);
        }
    }

    /// <summary>What a host that closes does with a machine: ends it, or leaves it to the next one.</summary>
    public async Task LetGoAsync(VmSlot slot)
    {
        await SettleAsync(slot).ConfigureAwait(false);
        if (slot.Running is { } running && services.Machines.Find(slot.Id.ToString()) is { } row)
        {
            if (running.Qemu.Exited.IsCompleted)
            {
                await RecordEndAsync(slot, running, row).ConfigureAwait(false);
            }
            else if (row.OutlivesHost)
            {
                running.Log.Write(LogSource.Host, "left running by its host process");
            }
            else
            {
                await StopVerb.EndAsync(services, running, row.VmState(), TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
                await ReleaseAsync(slot, running, row with { State = nameof(VmState.Stopped) }).ConfigureAwait(false);
            }
        }

        await slot.ReleaseAsync().ConfigureAwait(false);
    }

    private async Task RecordEndAsync(VmSlot slot, RunningVm running, MachineRow row)
    {
        var end = await running.DescribeEndAsync().ConfigureAwait(false);
        VmLog.Ended(services.Logger, slot.Id, end.Code);
        running.Log.Write(LogSource.Host, $"ended by itself: {end.Why}");
        await ReleaseAsync(slot, running, row with { State = nameof(VmState.Failed), LastError = end.Why }).ConfigureAwait(false);
    }

    private async Task ReleaseAsync(VmSlot slot, RunningVm running, MachineRow ended) => await slot.ReleaseAsync(() =>
    {
        services.Platform.RuntimeDirectories.Remove(ended.Id);
        services.Machines.Update(ended with { Process = null, CpuTime = ended.CpuTime + (running.Usage?.CpuTime ?? TimeSpan.Zero) });
    }).ConfigureAwait(false);
}
