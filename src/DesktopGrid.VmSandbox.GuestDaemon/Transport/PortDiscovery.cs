using System.Diagnostics;
using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>Finds the ports by the names that the host gave them. There is no udev here: the kernel's own list is read.</summary>
internal static class PortDiscovery
{
    private const string Folder = "/sys/class/virtio-ports";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    /// <summary>Waits until all ports of the contract are there; the kernel adds them one by one while the machine starts.</summary>
    public static async Task<IReadOnlyList<PortEndPoint>> FindAllAsync()
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var found = Find();
            if (found.Count == ChannelPorts.All.Count)
            {
                return found;
            }

            if (clock.Elapsed > Bound)
            {
                throw new IOException($"Only {found.Count} of {ChannelPorts.All.Count} virtio-serial ports have come up within {Bound.TotalSeconds} s.");
            }

            await Task.Delay(2);
        }
    }

    private static List<PortEndPoint> Find()
    {
        var found = new List<PortEndPoint>();
        if (!Directory.Exists(Folder))
        {
            return found;
        }

        using var folder = LinuxFile.OpenDirectory(Folder);
        var entries = new DirectoryEntries(folder);
        for (var ports = entries.Next(); ports.Count > 0; ports = entries.Next())
        {
            foreach (var port in ports.Select(static port => Encoding.UTF8.GetString(port.AsSpan()[..^1])))
            {
                var (device, label) = ($"/dev/{port}", $"{Folder}/{port}/name");
                if (File.Exists(label) && LinuxFile.ReadShort(label) is var name && ChannelPorts.All.Contains(name) && File.Exists(device))
                {
                    found.Add(new PortEndPoint(name, device));
                }
            }
        }

        return found;
    }
}
