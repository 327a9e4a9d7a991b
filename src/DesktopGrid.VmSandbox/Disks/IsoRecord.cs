using System.Text;

namespace DesktopGrid.VmSandbox.Disks;

/// <summary>
/// A directory record (ECMA-119, 9.1) with what Rock Ridge (IEEE P1282) adds: the true name, the permissions, and where a link points to. What
/// does not fit stands in a continuation area. Linux reads names of up to 253 bytes.
/// </summary>
internal static class IsoRecord
{
    /// <summary>The longest name that Linux takes from Rock Ridge (fs/isofs/rock.c): a longer one it would cut off.</summary>
    public const int MaxNameBytes = 253;

    /// <summary>The largest part of a file that one record describes: the highest multiple of a sector below 4 GiB.</summary>
    public const long MaxSection = uint.MaxValue / IsoBytes.SectorSize * IsoBytes.SectorSize;

    private const int HeadLength = 33, MostLength = 254;
    private const int PermissionsLength = 36, NameHeadLength = 5, ContinuedLength = 28, IndicatorLength = 7;
    private const byte FolderFlag = 2, MoreFlag = 0x80;

    /// <summary>What is in the continuation area of the root's own record: which extension this is.</summary>
    private static readonly byte[] _extension = Extension();

    /// <summary>Bytes of a record of a child; of a file of several parts each has so many.</summary>
    public static int Length(IsoNode node) => Even(Fixed(node) + Inline(node) + (IsWhole(node) ? 0 : ContinuedLength));

    /// <summary>Bytes of a folder's record of itself, or of its parent.</summary>
    public static int LengthOfDots(IsoNode folder, bool isSelf) =>
        Even(HeadLength + 1 + PermissionsLength + (isSelf && folder.IsRoot ? IndicatorLength + ContinuedLength : 0));

    /// <summary>How many records a child has.</summary>
    public static int Sections(IsoNode node) => (int)Math.Max(1, (node.Length + MaxSection - 1) / MaxSection);

    /// <summary>Bytes that a child needs of the continuation area, or the root for its own record.</summary>
    public static int ContinuationLength(IsoNode node) => node.IsRoot ? _extension.Length : IsWhole(node) ? 0 : (Rest(node) is > 0 and var rest ? NameHeadLength + rest : 0) + node.Link.Length;

    /// <summary>Writes one record of a child.</summary>
    /// <param name="target">Zeros, as many as <see cref="Length"/> says.</param>
    /// <param name="node">The child.</param>
    /// <param name="section">Which part of it, from 0.</param>
    /// <param name="areaSector">Where the continuation area begins.</param>
    /// <param name="time">When the disk was made.</param>
    public static void Write(Span<byte> target, IsoNode node, int section, long areaSector, DateTimeOffset time)
    {
        var begin = section * MaxSection;
        var flags = (node.IsFolder ? FolderFlag : 0) | (section + 1 < Sections(node) ? MoreFlag : 0);
        WriteHead(target, node.Identifier, node.Sector + (begin / IsoBytes.SectorSize), Math.Min(MaxSection, node.Length - begin), (byte)flags, node.Time ?? time);
        var rest = target[(HeadLength + node.Identifier.Length + Pad(node))..];
        rest = WritePermissions(rest, node);
        var inline = node.Name.Length - Rest(node);
        rest = WriteName(rest, node.Name.AsSpan(0, inline), isContinued: inline < node.Name.Length);
        if (IsWhole(node))
        {
            node.Link.CopyTo(rest);
        }

        if (node.Continuation is { } continuation)
        {
            WriteContinued(rest, areaSector, continuation, ContinuationLength(node));
        }
    }

    /// <summary>Writes a folder's record of itself, or of its parent.</summary>
    public static void WriteDots(Span<byte> target, IsoNode folder, bool isSelf, long areaSector, DateTimeOffset time)
    {
        var node = isSelf ? folder : folder.Parent;
        WriteHead(target, [(byte)(isSelf ? 0 : 1)], node.Sector, node.Length, FolderFlag, node.Time ?? time);
        var rest = target[(HeadLength + 1)..];
        if (isSelf && folder.IsRoot)
        {
            // SUSP 5.3: the first record of all says that there are extensions.
            ReadOnlySpan<byte> indicator = [(byte)'S', (byte)'P', IndicatorLength, 1, 0xBE, 0xEF, 0];
            indicator.CopyTo(rest);
            rest = WritePermissions(rest[IndicatorLength..], node);
            WriteContinued(rest, areaSector, folder.Continuation!.Value, ContinuationLength(folder));
            return;
        }

        WritePermissions(rest, node);
    }

    /// <summary>The record of the root in the volume descriptor, which has no extensions.</summary>
    public static void WriteRoot(Span<byte> target, IsoNode root, DateTimeOffset time) => WriteHead(target[..(HeadLength + 1)], root.Identifier, root.Sector, root.Length, FolderFlag, time);

    /// <summary>Writes what a node has in the continuation area.</summary>
    public static void WriteContinuation(Span<byte> target, IsoNode node)
    {
        if (node.IsRoot)
        {
            _extension.CopyTo(target);
            return;
        }

        var rest = Rest(node) is > 0 and var length ? WriteName(target, node.Name.AsSpan(^length..), isContinued: false) : target;
        node.Link.CopyTo(rest);
    }

    private static void WriteHead(Span<byte> target, ReadOnlySpan<byte> identifier, long sector, long length, byte flags, DateTimeOffset time)
    {
        target[0] = (byte)target.Length;
        IsoBytes.Both32(target[2..], checked((uint)sector));
        IsoBytes.Both32(target[10..], checked((uint)length));
        // 9.1.5: years since 1900, and at last the zone's distance from UTC, which is none.
        ReadOnlySpan<byte> date = [(byte)(time.Year - 1900), (byte)time.Month, (byte)time.Day, (byte)time.Hour, (byte)time.Minute, (byte)time.Second, 0];
        date.CopyTo(target[18..]);
        target[25] = flags;
        IsoBytes.Both16(target[28..], 1);
        target[32] = (byte)identifier.Length;
        identifier.CopyTo(target[HeadLength..]);
    }

    /// <summary>PX (P1282, 4.1.1). The owner is root's: who mounts the disk says whose its files are.</summary>
    private static Span<byte> WritePermissions(Span<byte> target, IsoNode node)
    {
        WriteEntryHead(target, "PX"u8, PermissionsLength);
        var links = node.IsFolder ? 2 + node.Folders : node.Names;
        IsoBytes.Both32(target[4..], node.Mode);
        IsoBytes.Both32(target[12..], (uint)links);
        return target[PermissionsLength..];
    }

    /// <summary>NM (P1282, 4.1.4).</summary>
    private static Span<byte> WriteName(Span<byte> target, ReadOnlySpan<byte> name, bool isContinued)
    {
        var length = NameHeadLength + name.Length;
        WriteEntryHead(target, "NM"u8, (byte)length);
        target[4] = (byte)(isContinued ? 1 : 0);
        name.CopyTo(target[NameHeadLength..]);
        return target[length..];
    }

    /// <summary>CE (SUSP 5.1).</summary>
    private static void WriteContinued(Span<byte> target, long areaSector, long offset, int length)
    {
        WriteEntryHead(target, "CE"u8, ContinuedLength);
        IsoBytes.Both32(target[4..], checked((uint)(areaSector + (offset / IsoBytes.SectorSize))));
        IsoBytes.Both32(target[12..], (uint)(offset % IsoBytes.SectorSize));
        IsoBytes.Both32(target[20..], (uint)length);
    }

    private static void WriteEntryHead(Span<byte> target, ReadOnlySpan<byte> signature, byte length)
    {
        signature.CopyTo(target);
        target[2] = length;
        target[3] = 1;
    }

    /// <summary>ER (SUSP 5.5).</summary>
    private static byte[] Extension()
    {
        var (id, description, source) = ("RRIP_1991A", "THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS", "IEEE P1282");
        return [(byte)'E', (byte)'R', (byte)(8 + id.Length + description.Length + source.Length), 1, (byte)id.Length, (byte)description.Length, (byte)source.Length, 1, .. Encoding.ASCII.GetBytes(id + description + source)];
    }

    private static int Pad(IsoNode node) => node.Identifier.Length % 2 == 0 ? 1 : 0;

    private static int Even(int length) => length + (length % 2);

    private static int Fixed(IsoNode node) => HeadLength + node.Identifier.Length + Pad(node);

    /// <summary>Bytes of extensions within the record itself, but for what says where the others are.</summary>
    private static int Inline(IsoNode node) => PermissionsLength + NameHeadLength + node.Name.Length - Rest(node) + (IsWhole(node) ? node.Link.Length : 0);

    /// <summary>Bytes for the name, and for where a link points to.</summary>
    private static int Space(IsoNode node) => MostLength - Fixed(node) - PermissionsLength - NameHeadLength;

    /// <summary>Whether all of it fits.</summary>
    private static bool IsWhole(IsoNode node) => node.Name.Length + node.Link.Length <= Space(node);

    /// <summary>Bytes of the name that do not fit.</summary>
    private static int Rest(IsoNode node) => IsWhole(node) ? 0 : Math.Max(0, node.Name.Length - (Space(node) - ContinuedLength));
}
