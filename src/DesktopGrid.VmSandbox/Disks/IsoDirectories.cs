namespace DesktopGrid.VmSandbox.Disks;

/// <summary>The directories of a disk in the order in which they lie there: path tables, folders, continuation area.</summary>
internal static class IsoDirectories
{
    public static IEnumerable<byte[]> Encode(IsoLayout layout, DateTimeOffset time)
    {
        yield return IsoVolume.PathTable(layout, isBigEndian: false);
        yield return IsoVolume.PathTable(layout, isBigEndian: true);
        foreach (var folder in layout.Folders)
        {
            yield return Encode(folder, layout.Area, time);
        }

        var area = new byte[layout.AreaLength];
        foreach (var node in layout.Continued)
        {
            IsoRecord.WriteContinuation(area.AsSpan((int)node.Continuation!.Value, IsoRecord.ContinuationLength(node)), node);
        }

        yield return area;
    }

    private static byte[] Encode(IsoNode folder, long area, DateTimeOffset time)
    {
        var bytes = new byte[folder.Length];
        IsoLayout.Place(folder, (at, child, section) =>
        {
            if (child is null)
            {
                IsoRecord.WriteDots(bytes.AsSpan(at, IsoRecord.LengthOfDots(folder, section == 0)), folder, section == 0, area, time);
            }
            else
            {
                IsoRecord.Write(bytes.AsSpan(at, IsoRecord.Length(child)), child, section, area, time);
            }
        });
        return bytes;
    }
}
