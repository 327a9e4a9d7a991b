using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>destroy: whatever the machine does, afterwards there is nothing of it, but a log that was asked to stay. Can be repeated.</summary>
internal static class DestroyVerb
{
    public static async Task RunAsync(VmServices services, VmSlot slot, CancellationToken cancellationToken)
    {
        var row = services.Machines.Require(slot.Id);
        row.Demand(VmVerb.Destroy);
        slot.Lock ??= Directory.Exists(services.Layout.Machine(row.Id))
            ? await MachineLock.TakeAsync(services.Layout.Lock(row.Id), services.Time, cancellationToken).ConfigureAwait(false) ?? throw VmException.Busy(slot.Id, VmVerb.Destroy)
            : null;
        if (slot.Running is { } running)
        {
            await StopVerb.EndAsync(services, running, row.VmState(), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            running.Log.Write(LogSource.Host, "destroyed");
        }
        else if (ProcessIdentity.TryParse(row.Process) is { } process)
        {
            await StrayProcess.EndAsync(services, process, cancellationToken).ConfigureAwait(false);
        }

        await slot.ReleaseAsync().ConfigureAwait(false);
        VmLog.Step(services.Logger, row.Id, "destroy.ended");
        Remove(services, row);
        VmLog.Destroyed(services.Logger, slot.Id);
    }

    /// <summary>Removes everything of a machine that does not run. Its lock must be let go of: it lies in the folder.</summary>
    public static void Remove(VmServices services, MachineRow row)
    {
        services.Platform.RuntimeDirectories.Remove(row.Id);
        try
        {
            if (row.KeepLog > TimeSpan.Zero)
            {
                services.KeptLogs.Keep(row.Id, services.Time.GetUtcNow() + row.KeepLog);
            }
            else
            {
                MachineLog.Remove(services.Layout.Log(row.Id));
            }

            VmLog.Step(services.Logger, row.Id, "destroy.log");
            services.Layout.RemoveMachine(row.Id);
            VmLog.Step(services.Logger, row.Id, "destroy.files");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The files of machine {row.Id} cannot be removed");
        }

        // While the row is there, the verb can be repeated.
        services.Machines.Remove(row.Id);
        // A host that stays open for months has no other occasion.
        LogExpiry.Run(services);
    }
}
