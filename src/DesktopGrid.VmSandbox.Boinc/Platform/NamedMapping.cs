using System.IO.MemoryMappedFiles;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Platform;

/// <summary>
/// Windows: a mapping of the page file that the client has made under a name, in the global namespace where it runs as a service
/// (CreateFileMapping, "Kernel object namespaces"). The client gives Everyone full access to it.
/// </summary>
internal static class NamedMapping
{
    /// <summary>Opens it.</summary>
    /// <exception cref="BoincException">It is not there.</exception>
    public static ISharedBytes Open(string name, int length)
    {
        if (!OperatingSystem.IsWindows())
        {
            throw new BoincException(SandboxErrorCode.BoincClientUnreachable, $"init_data.xml names shared memory of Windows ({name}), and this is another system.");
        }

        foreach (var full in (string[])[$@"Global\shm_{name}", $"shm_{name}"])
        {
            try
            {
                return MappedFile.Of(MemoryMappedFile.OpenExisting(full, MemoryMappedFileRights.ReadWrite), length);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not under this name: the next, or the sentence below.
            }
        }

        throw new BoincException(SandboxErrorCode.BoincClientUnreachable, $"The client's shared memory shm_{name} is not there.");
    }
}
