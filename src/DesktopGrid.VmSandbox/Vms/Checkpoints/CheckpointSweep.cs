using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Checkpoints;

/// <summary>Brings the files of a machine's checkpoints and their rows together again after a crash. The machine is held meanwhile. What its disk keeps beside is left to <see cref="InstantSweep"/>.</summary>
internal static class CheckpointSweep
{
    public static void Run(VmServices services, MachineRow machine)
    {
        var rows = services.Checkpoints.Of(machine.Id);
        foreach (var (_, path) in services.Layout.Checkpoints(machine.Id).Where(file => rows.All(row => services.Layout.Checkpoint(machine.Id, row.Id) != file.Path)))
        {
            VmLog.Swept(services.Logger, "checkpoint that was not finished", machine.Id);
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // One that somebody has open does not keep the store shut.
                VmLog.Left(services.Logger, machine.Id, e);
            }
        }

        foreach (var row in rows.Where(row => !File.Exists(services.Layout.Checkpoint(machine.Id, row.Id))))
        {
            VmLog.Swept(services.Logger, "checkpoint without its file", machine.Id);
            services.Checkpoints.RemoveDurably(row.Id);
        }
    }
}
