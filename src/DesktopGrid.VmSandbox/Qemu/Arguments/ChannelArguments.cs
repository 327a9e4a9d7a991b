using System.Globalization;
using DesktopGrid.VmSandbox.Platform.Sockets;

namespace DesktopGrid.VmSandbox.Qemu.Arguments;

/// <summary>Monitor, serial console and virtio-serial ports, each behind a local socket or pipe on which QEMU listens.</summary>
internal static class ChannelArguments
{
    public static IReadOnlyList<string> For(MachineSpec spec)
    {
        var arguments = new List<string>
        {
            "-chardev", Listen("monitor", spec.Monitor), "-mon", "chardev=monitor,mode=control",
            "-chardev", Listen("console", spec.Console), "-serial", "chardev:console",
        };
        if (spec.Ports.Count > 0)
        {
            arguments.AddRange(["-device", "virtio-serial-pci,id=ports"]);
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

    private static string Listen(string id, LocalEndpoint endpoint) => endpoint.QemuDevice switch
    {
        QemuCharacterDevice.Pipe => $"pipe,id={id},path={QemuArguments.Escape(endpoint.Address)}",
        _ => $"socket,id={id},path={QemuArguments.Escape(endpoint.Address)},server=on,wait=off",
    };
}
