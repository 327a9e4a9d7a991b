using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Programs;

/// <summary>
/// Tells whether a program is linked with the BOINC API. One that holds the library has the name of the client's shared memory in it; one that brings it
/// along as a shared library names that, or its first function.
/// </summary>
internal static class ApiMark
{
    /// <summary>The words, of which one is enough.</summary>
    public static IReadOnlyList<string> Words { get; } = [SlotFiles.SharedMemory, "libboinc_api", "\0boinc_init"];

    /// <summary>Whether one of them stands in a file.</summary>
    /// <exception cref="BoincException">It cannot be read.</exception>
    public static bool IsIn(string path)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            return FileWords.Find(file, Words).Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMissing, $"The program {Path.GetFileName(path)} cannot be read: {e.Message}", e);
        }
    }
}
