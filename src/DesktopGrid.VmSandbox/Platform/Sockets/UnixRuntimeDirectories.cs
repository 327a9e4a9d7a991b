using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Platform.Sockets;

/// <summary>Private directories below one short root that this user alone can enter.</summary>
/// <param name="root">The root; made when it is first needed.</param>
/// <param name="longestSocketPath">What a socket's address holds, in bytes without the ending zero (sys/un.h).</param>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixRuntimeDirectories(string root, int longestSocketPath) : IRuntimeDirectories
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Create(string name)
    {
        try
        {
            Directory.CreateDirectory(root, Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            var path = Path.Combine(root, name);
            Directory.CreateDirectory(path, Private);
            if (new DirectoryInfo(root).LinkTarget is not null || new DirectoryInfo(path).LinkTarget is not null)
            {
                throw new IOException("it is a link.");
            }

            // Only the owner may set a mode: a directory that another user has put there fails here.
            File.SetUnixFileMode(root, Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            File.SetUnixFileMode(path, Private);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The private directory {root}/{name} for sockets cannot be made: {e.Message}", e)
            {
                Advice = "Set XDG_RUNTIME_DIR or TMPDIR to a short directory of your own.",
            };
        }
    }

    public string? Find(string name) => Path.Combine(root, name) is var path && Directory.Exists(path) ? path : null;

    public void Remove(string name)
    {
        try
        {
            Directory.Delete(Path.Combine(root, name), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone already.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The private directory {root}/{name} cannot be removed: {e.Message}", e);
        }
    }

    public void SweepTrials(DateTimeOffset before) => TrialDirectories.Sweep(root, before);

    public LocalEndpoint Endpoint(string directory, string name) => LocalEndpoint.At(Path.Combine(directory, name), longestSocketPath);
}
