using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Stores;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>
/// Brings catalog and operating system together when a store is opened: a machine whose process died is marked so, a process without an
/// owner is ended, a folder or log without a row is swept. What another process holds is left alone.
/// </summary>
internal sealed partial class StoreReconciler(VmServices services)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var row in services.Machines.All())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await ReconcileAsync(row, cancellationToken).ConfigureAwait(false);
        }

        SweepFolders();
        SweepLogs();
    }

    private async Task ReconcileAsync(MachineRow row, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(services.Layout.Machine(row.Id)))
        {
            LogSwept(services.Logger, "machine without files", row.Id);
            services.Machines.Remove(row.Id);
            return;
        }

        using var held = MachineLock.TryTake(services.Layout.Lock(row.Id));
        if (held is null || services.Machines.Find(row.Id) is not { } present)
        {
            return;
        }

        var process = ProcessIdentity.TryParse(present.Process);
        var isAlive = process is not null && services.Platform.Finder.IsAlive(process);
        var runs = present.VmState() is VmState.Running or VmState.Suspended;
        if (runs && isAlive && present.OutlivesHost)
        {
            return;
        }

        if (isAlive)
        {
            LogSwept(services.Logger, "process without an owner", row.Id);
            services.Platform.Finder.Kill(process!);
            await services.Platform.Finder.WaitForExitAsync(process!, cancellationToken).ConfigureAwait(false);
        }

        if (runs || process is not null)
        {
            LogSwept(services.Logger, "machine whose process has ended", row.Id);
            LoadVerb.MarkEnded(services, present, "The host process that ran it ended without stopping it.");
        }
    }

    private void SweepFolders()
    {
        foreach (var folder in Directory.EnumerateDirectories(services.Layout.Machines))
        {
            var id = Path.GetFileName(folder);
            if (!VmId.TryParse(id, out _) || services.Machines.Find(id) is not null)
            {
                continue;
            }

            using var held = MachineLock.TryTake(services.Layout.Lock(id));
            if (held is not null && services.Machines.Find(id) is null)
            {
                LogSwept(services.Logger, "files without a machine", id);
                held.Dispose();
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private void SweepLogs()
    {
        var kept = services.KeptLogs.All().ToDictionary(static log => log.MachineId, static log => log.Until);
        foreach (var (id, _) in kept.Where(log => log.Value <= services.Time.GetUtcNow()))
        {
            services.KeptLogs.Forget(id);
            kept.Remove(id);
        }

        foreach (var file in Directory.EnumerateFiles(services.Layout.Logs, "*.jsonl"))
        {
            var id = Path.GetFileNameWithoutExtension(file);
            if (!kept.ContainsKey(id) && services.Machines.Find(id) is null)
            {
                MachineLog.Remove(file);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Swept a {What}: {Machine}")]
    private static partial void LogSwept(ILogger logger, string what, string machine);
}
