namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;

/// <summary>
/// Tells whether a program is linked with the BOINC API. One that holds the library has the name of the client's shared memory in it; one that brings it
/// along as a shared library names that, or its first function.
/// </summary>
internal static class ApiMark
{
    // A program that holds the name further in than this is told so by vmsandbox.xml.
    private const long MostBytes = 256L * 1024 * 1024;

    private const int LongestMark = 16;

    /// <summary>Whether one of the names stands in a file.</summary>
    /// <exception cref="BoincException">It cannot be read.</exception>
    public static bool IsIn(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var block = new byte[1024 * 1024];
            var (offset, kept) = (0L, 0);
            while (offset < MostBytes && RandomAccess.Read(file, block.AsSpan(kept), offset) is > 0 and var read)
            {
                var known = block.AsSpan(0, kept + read);
                if (known.IndexOf("boinc_mmap_file"u8) >= 0 || known.IndexOf("libboinc_api"u8) >= 0 || known.IndexOf("\0boinc_init"u8) >= 0)
                {
                    return true;
                }

                // A name may lie across two blocks.
                offset += read;
                kept = Math.Min(LongestMark, known.Length);
                known[^kept..].CopyTo(block);
            }

            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(Primitives.SandboxErrorCode.BoincFileMissing, $"The program {Path.GetFileName(path)} cannot be read: {e.Message}", e);
        }
    }
}
