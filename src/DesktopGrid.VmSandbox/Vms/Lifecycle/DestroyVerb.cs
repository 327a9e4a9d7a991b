using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>destroy: whatever the machine does, afterwards there is nothing of it, but a log that was asked to stay. Can be repeated.</summary>
internal static class DestroyVerb
{
    public static async Task RunAsync(VmServices services, VmSlot slot, CancellationToken cancellationToken)
    {
        var row = services.Machines.Require(slot.Id);
        row.Demand(VmVerb.Destroy);
        slot.Lock ??= Directory.Exists(services.Layout.Machine(row.Id))
            ? MachineLock.TryTake(services.Layout.Lock(row.Id)) ?? throw LoadVerb.Busy(slot.Id, VmVerb.Destroy)
            : null;
        if (slot.Running is { } running)
        {
            await StopVerb.EndAsync(services, running, row.VmState(), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            running.Log.Write(LogSource.Host, "destroyed");
        }
        else if (ProcessIdentity.TryParse(row.Process) is { } process)
        {
            services.Platform.Finder.Kill(process);
            await services.Platform.Finder.WaitForExitAsync(process, cancellationToken).ConfigureAwait(false);
        }

        await slot.ReleaseAsync().ConfigureAwait(false);
        services.Platform.RuntimeDirectories.Remove(row.Id);
        try
        {
            if (Directory.Exists(services.Layout.Machine(row.Id)))
            {
                Directory.Delete(services.Layout.Machine(row.Id), recursive: true);
            }

            if (row.KeepLog > TimeSpan.Zero)
            {
                services.KeptLogs.Keep(row.Id, services.Time.GetUtcNow() + row.KeepLog);
            }
            else
            {
                MachineLog.Remove(services.Layout.Log(row.Id));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The files of machine {row.Id} cannot be removed");
        }

        // Last: while the row is there, the verb can be repeated.
        services.Machines.Remove(row.Id);
    }
}
