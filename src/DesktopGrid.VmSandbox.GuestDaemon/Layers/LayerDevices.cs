using System.Globalization;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;

namespace DesktopGrid.VmSandbox.GuestDaemon.Layers;

/// <summary>Finds a layer's disk by its serial.</summary>
internal static class LayerDevices
{
    private const string Disks = "/sys/block";

    // As for the root disk: each request of its own is one that emulation pays for.
    private const string ReadAheadKiB = "1024";

    /// <summary>The device file to mount; null where there is no such disk.</summary>
    public static string? Find(int number, int partition)
    {
        foreach (var folder in Directory.EnumerateDirectories(Disks, "vd*"))
        {
            if (LinuxFile.ReadShort(folder + "/serial") == LayerLine.Serial(number))
            {
                LinuxFile.WriteShort(folder + "/queue/read_ahead_kb", ReadAheadKiB);
                var disk = "/dev/" + Path.GetFileName(folder);
                return partition == 0 ? disk : disk + partition.ToString(CultureInfo.InvariantCulture);
            }
        }

        return null;
    }
}
