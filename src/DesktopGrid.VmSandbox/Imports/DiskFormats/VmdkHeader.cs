using System.Text;

namespace DesktopGrid.VmSandbox.Imports.DiskFormats;

/// <summary>
/// The header of a VMware disk in one file (QEMU, block/vmdk.c, "VMDK4Header"), of the forms monolithicSparse and streamOptimized. Within the file stands a
/// text that can name others; QEMU would follow it.
/// </summary>
internal static class VmdkHeader
{
    private const int VersionAt = 4, CapacityAt = 12, GrainAt = 20, TextAt = 28, TextLengthAt = 36, TableAt = 56;
    private const int SectorSize = 512, MaxTextBytes = 1 << 20;
    // QEMU, block/vmdk.c, DESC_SIZE: so much it looks at for the parent's name, whatever the header says.
    private const int LookedAt = 20 * SectorSize;
    // The header stands at the end once more, with what was not known at the beginning, before the mark of the end.
    private const ulong AtEnd = ulong.MaxValue;
    private const int FooterBeforeEnd = 2 * SectorSize;
    private const long MaxGrain = 2048 * SectorSize;

    private static readonly string[] _forms = ["monolithicSparse", "streamOptimized"];

    public static ReadOnlySpan<byte> Magic => "KDMV"u8;

    /// <summary>Judges it.</summary>
    /// <returns>Bytes that a machine sees.</returns>
    /// <exception cref="Images.ImageException">It is damaged, or one that is never taken.</exception>
    public static long Judge(DiskBytes disk)
    {
        var size = JudgeAt(disk, 0);
        if (disk.U64(TableAt) == AtEnd)
        {
            DiskHeader.Check(disk, disk.Length % SectorSize == 0 && disk.Has(disk.Length - FooterBeforeEnd, Magic), "it ends too early");
            DiskHeader.Check(disk, JudgeAt(disk, disk.Length - FooterBeforeEnd) == size, "its two headers contradict each other");
        }

        return size;
    }

    private static long JudgeAt(DiskBytes disk, long header)
    {
        DiskHeader.Check(disk, disk.U32(header + VersionAt) is >= 1 and <= 3, $"version {disk.U32(header + VersionAt)} of VMDK is unknown");
        var (capacity, text, length) = (disk.U64(header + CapacityAt), disk.U64(header + TextAt), disk.U64(header + TextLengthAt));
        var isStream = header > 0;
        if (capacity == 0 || (text == 0 && !isStream))
        {
            throw DiskHeader.Refused(disk, "it is a part of a disk in several files");
        }

        DiskHeader.Check(disk, disk.U64(header + GrainAt) is > 0 and <= MaxGrain / SectorSize, "its grains have an impossible size");
        DiskHeader.Check(disk, capacity <= DiskHeader.MaxVirtualSize / SectorSize, $"a size of {capacity} sectors is not possible");
        DiskHeader.Check(disk, text < (ulong)disk.Length / SectorSize && length <= MaxTextBytes / SectorSize, "its description lies outside the file");
        if (text > 0)
        {
            JudgeText(disk, Encoding.Latin1.GetString(disk.Read((long)text * SectorSize, Math.Max(LookedAt, (int)length * SectorSize))));
        }

        return (long)capacity * SectorSize;
    }

    private static void JudgeText(DiskBytes disk, string text)
    {
        if (text.Contains("parentFileNameHint", StringComparison.OrdinalIgnoreCase) || Values(text, "parentCID").Any(static value => !value.Equals("ffffffff", StringComparison.OrdinalIgnoreCase)))
        {
            throw DiskHeader.Refused(disk, "it is a difference to another disk, which is not here");
        }

        var forms = Values(text, "createType").ToList();
        if (forms is not [var form] || !_forms.Contains(form))
        {
            throw DiskHeader.Refused(disk, $"it is of the form {ImportFault.Quote(string.Join(", ", forms))}; only {string.Join(" and ", _forms)} lie in one file");
        }
    }

    /// <summary>What stands behind a name and <c>=</c> at a line's beginning.</summary>
    private static IEnumerable<string> Values(string text, string name) => text.Split('\n', '\0')
        .Select(static line => line.Split('=', 2)).Where(parts => parts.Length == 2 && parts[0].Trim().Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static parts => parts[1].Trim().Trim('"'));
}
