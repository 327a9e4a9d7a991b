using DesktopGrid.VmSandbox.Images;

namespace DesktopGrid.VmSandbox.Imports.DiskFormats;

/// <summary>What the header of a disk's file says, judged before any tool sees the file.</summary>
/// <param name="Format">By QEMU's name for it, such as <c>vdi</c>.</param>
/// <param name="VirtualSize">Bytes that a machine sees.</param>
internal sealed record DiskHeader(string Format, long VirtualSize)
{
    /// <summary>The name of the format that is no format.</summary>
    public const string Raw = "raw";

    /// <summary>The largest disk: each byte of it is hashed, also the many that were never written.</summary>
    public const long MaxVirtualSize = 256L << 30;

    private const int SectorSize = 512;

    /// <summary>Reads the header; null where the file is no disk of a format that is known.</summary>
    /// <exception cref="ImageException">It is one that is damaged, or never taken.</exception>
    public static DiskHeader? Read(DiskBytes disk)
    {
        var header = disk.Has(0, [(byte)'Q', (byte)'F', (byte)'I', 0xFB]) ? Qcow2(disk)
            : disk.Has(VdiHeader.MagicAt, VdiHeader.Magic) ? new DiskHeader("vdi", VdiHeader.Judge(disk))
            : disk.Has(0, VmdkHeader.Magic) ? new DiskHeader("vmdk", VmdkHeader.Judge(disk))
            : disk.Has(0, VhdxHeader.Magic) ? new DiskHeader("vhdx", VhdxHeader.Judge(disk))
            : null;
        JudgeForeign(disk);
        if (header is null)
        {
            return PartitionTable.IsDisk(disk) ? new DiskHeader(Raw, Sized(disk.Path, (ulong)disk.Length)) : null;
        }

        return header with { VirtualSize = Sized(disk.Path, (ulong)header.VirtualSize) };
    }

    private static DiskHeader Qcow2(DiskBytes disk)
    {
        var header = Qcow2Header.Read(disk.Path);
        return header.BackingFile is null ? new DiskHeader("qcow2", header.VirtualSize) : throw Refused(disk, "it is a layer over another disk, its backing file");
    }

    /// <summary>Formats of disks that consist of several files, or are not read.</summary>
    private static void JudgeForeign(DiskBytes disk)
    {
        if (disk.Has(0, "# Disk Descriptor"u8) || disk.Has(0, "COWD"u8))
        {
            throw ImportFault.Unsuitable(disk.Path, "it is a VMDK whose data lie in other files", "Make one file of it: qemu-img convert -O qcow2, or vmware-vdiskmanager -r … -t 0.");
        }

        if (disk.Has(0, "conectix"u8) || disk.Has(disk.Length - SectorSize, "conectix"u8))
        {
            throw ImportFault.Unsuitable(disk.Path, "it is a VHD, which is not read", "Convert it: qemu-img convert -f vpc -O qcow2, or Convert-VHD to VHDX.");
        }
    }

    private static long Sized(string path, ulong size) =>
        size is > 0 and <= MaxVirtualSize ? (long)size : throw ImportFault.Refused(path, $"as a disk of {size} bytes it is empty, or larger than the {MaxVirtualSize} that are allowed");

    /// <summary>The refusal of what a header asks for.</summary>
    public static ImageException Refused(DiskBytes disk, string fault) => ImportFault.Refused(disk.Path, fault);

    /// <summary>Refuses a header that does not hold together.</summary>
    public static void Check(DiskBytes disk, bool holds, string fault)
    {
        if (!holds)
        {
            throw ImportFault.Malformed(disk.Path, fault);
        }
    }
}
