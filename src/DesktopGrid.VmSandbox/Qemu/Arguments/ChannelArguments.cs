using System.Globalization;
using DesktopGrid.VmSandbox.Platform.Sockets;

namespace DesktopGrid.VmSandbox.Qemu.Arguments;

/// <summary>Monitor, serial console and virtio-serial ports, each behind a local socket on which QEMU listens.</summary>
internal static class ChannelArguments
{
    public static IReadOnlyList<string> For(MachineSpec spec)
    {
        var arguments = new List<string>
        {
            "-chardev", Listen("monitor", spec.Monitor), "-mon", "chardev=monitor,mode=control",
            "-chardev", Listen("console", spec.Console), "-serial", "chardev:console",
        };
        // Port 0 and ours. The device would have queues for 31, each of them a descriptor that QEMU polls and the guest sets up.
        if (spec.Ports.Count > 0)
        {
            arguments.AddRange(["-device", string.Create(CultureInfo.InvariantCulture, $"virtio-serial-pci,id=ports,max_ports={spec.Ports.Count + 1}")]);
        }

        for (var i = 0; i < spec.Ports.Count; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"port{i}");
            arguments.AddRange(["-chardev", Listen(id, spec.Ports[i].Endpoint)]);
            // Number 0 is the console's by the virtio specification.
            arguments.AddRange(["-device", string.Create(CultureInfo.InvariantCulture, $"virtserialport,bus=ports.0,nr={i + 1},chardev={id},name={spec.Ports[i].Name}")]);
        }

        return arguments;
    }

    /// <summary>A character device that listens, and does not hold up the machine until somebody comes.</summary>
    public static string Listen(string id, LocalEndpoint endpoint) => $"socket,id={id},path={QemuArguments.Escape(endpoint.Path)},server=on,wait=off";
}
