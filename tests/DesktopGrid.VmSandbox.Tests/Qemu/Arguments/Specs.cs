using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Tests.Qemu.Arguments;

/// <summary>Machines to be put into QEMU's words.</summary>
internal static class Specs
{
    public static MachineSpec Plain { get; } = new()
    {
        Name = "0123456789ab",
        MemoryMiB = 256,
        KernelPath = "/store/images/x/vmlinux",
        InitrdPath = "/store/images/x/initrd",
        KernelCommandLine = "console=ttyS0 quiet",
        Monitor = LocalEndpoint.At("/run/vmsandbox/m/monitor", 107),
        Console = LocalEndpoint.At("/run/vmsandbox/m/console", 107),
        RuntimeDirectory = "/run/vmsandbox/m",
    };

    public static MachineSpec Whole { get; } = Plain with
    {
        VirtualCpus = 2,
        Disk = new OverlayDisk("/store/machines/m/root.qcow2", "/store/images/x/base.qcow2", "qcow2"),
        Ports = [new SerialPort("org.desktopgrid.control.0", LocalEndpoint.At("/run/vmsandbox/m/p0", 107)), new SerialPort("org.desktopgrid.data.0", LocalEndpoint.At("/run/vmsandbox/m/p1", 107))],
    };
}
