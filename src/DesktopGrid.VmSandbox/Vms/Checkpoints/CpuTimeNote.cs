using System.Globalization;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Checkpoints;

/// <summary>
/// The CPU time of a machine's process as it was with its last checkpoint, beside the machine. The catalog gets it when the process ends; where its host
/// was killed with it, nobody can ask any more, and what went into the work that was kept shall not be forgotten.
/// </summary>
internal static class CpuTimeNote
{
    public static void Write(StoreLayout layout, MachineRow row, RunningVm running)
    {
        try
        {
            File.WriteAllText(layout.CpuTime(row.Id), string.Create(CultureInfo.InvariantCulture, $"{running.Qemu.Identity}\n{(long)running.CpuTime.TotalMilliseconds}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The checkpoint is worth more than the account of it.
        }
    }

    /// <summary>What is noted of the process that the row names; nothing of another one, whose time the catalog has.</summary>
    public static TimeSpan Read(StoreLayout layout, MachineRow row)
    {
        try
        {
            return File.ReadAllLines(layout.CpuTime(row.Id)) is [var process, var time] && process == row.Process && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                ? TimeSpan.FromMilliseconds(milliseconds)
                : TimeSpan.Zero;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return TimeSpan.Zero;
        }
    }
}
