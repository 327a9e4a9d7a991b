using DesktopGrid.VmSandbox.Logs;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>Removes the logs of machines that are gone, when the time is over for which somebody asked to keep them.</summary>
internal static class LogExpiry
{
    public static void Run(VmServices services)
    {
        foreach (var (id, _) in services.KeptLogs.All().Where(log => log.Until <= services.Time.GetUtcNow()))
        {
            services.KeptLogs.Forget(id);
            MachineLog.Remove(services.Layout.Log(id));
        }
    }

    /// <summary>Removes one of a machine that is gone, before its time; false where the machine is there.</summary>
    public static bool Remove(VmServices services, string id)
    {
        if (services.Machines.Find(id) is not null)
        {
            return false;
        }

        services.KeptLogs.Forget(id);
        MachineLog.Remove(services.Layout.Log(id));
        return true;
    }

    /// <summary>Those too that nobody asked to keep, and of whose machine a process that died has removed the rest.</summary>
    public static void Sweep(VmServices services)
    {
        Run(services);
        var files = Directory.EnumerateFiles(services.Layout.Logs, "*.jsonl").ToList();
        // In this order: a machine's log is noted as kept before its row goes.
        HashSet<string> known = [.. services.Machines.All().Select(static row => row.Id)];
        known.UnionWith(services.KeptLogs.All().Select(static log => log.MachineId));
        foreach (var file in files.Where(file => !known.Contains(Path.GetFileNameWithoutExtension(file))))
        {
            MachineLog.Remove(file);
        }
    }
}
