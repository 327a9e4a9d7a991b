using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>Where everything of one machine is, the same at its start and when it is taken up again.</summary>
internal static class MachineWiring
{
    // What a filled disk may need beside the guest's data: qcow2's own tables and some slack.
    private const double FileSlack = 1.1;

    public static MachineSpec Spec(VmServices services, MachineRow row, BaseImage image, Accelerator accelerator)
    {
        var directories = services.Platform.RuntimeDirectories;
        var directory = directories.Create(row.Id);
        return new MachineSpec
        {
            Name = row.Id,
            Accelerator = accelerator,
            MemoryMiB = row.MemoryMiB,
            VirtualCpus = row.VirtualCpus,
            KernelPath = image.KernelPath,
            InitrdPath = image.InitrdPath,
            KernelCommandLine = image.Manifest.KernelCommandLine,
            Disk = new OverlayDisk(services.Layout.Overlay(row.Id), image.BasePath, "qcow2"),
            Ports = [.. ChannelPorts.All.Select((name, number) => new SerialPort(name, directories.Endpoint(directory, $"p{number}")))],
            Monitor = directories.Endpoint(directory, "monitor"),
            Console = directories.Endpoint(directory, "console"),
            RuntimeDirectory = directory,
            MaxFileBytes = (long)(image.Manifest.Files.Base.VirtualSize!.Value * FileSlack),
            OutlivesHost = row.OutlivesHost,
            Priority = services.QemuOptions.Priority,
        };
    }
}
