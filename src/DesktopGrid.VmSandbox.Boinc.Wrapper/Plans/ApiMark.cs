namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;

/// <summary>Tells whether a program is linked with the BOINC API: its library opens the client's files by their names, which then stand in the program.</summary>
internal static class ApiMark
{
    // A program that holds the name further in than this is told so by vmsandbox.xml.
    private const long MostBytes = 256L * 1024 * 1024;

    /// <summary>Whether the name of the client's shared memory stands in a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool IsIn(string path)
    {
        var mark = "boinc_mmap_file"u8;
        using var file = File.OpenHandle(path);
        var block = new byte[1024 * 1024];
        var (offset, kept) = (0L, 0);
        while (offset < MostBytes && RandomAccess.Read(file, block.AsSpan(kept), offset) is > 0 and var read)
        {
            var known = block.AsSpan(0, kept + read);
            if (known.IndexOf(mark) >= 0)
            {
                return true;
            }

            // The name may lie across two blocks.
            offset += read;
            kept = Math.Min(mark.Length - 1, known.Length);
            known[^kept..].CopyTo(block);
        }

        return false;
    }
}
