using System.Diagnostics;
using DesktopGrid.VmSandbox.Contracts;

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
        foreach (var port in Directory.Exists(Folder) ? Directory.GetDirectories(Folder) : [])
        {
            var device = "/dev/" + Path.GetFileName(port);
            if (File.Exists(port + "/name") && File.ReadAllText(port + "/name").Trim() is var name && ChannelPorts.All.Contains(name) && File.Exists(device))
            {
                found.Add(new PortEndPoint(name, device));
            }
        }

        return found;
    }
}
