using DesktopGrid.VmSandbox.Platform.Files;

namespace DesktopGrid.VmSandbox.Tests;

/// <summary>A folder of one test, removed with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>This system's own.</summary>
    public static IPrivateFiles PrivateFiles
    {
        get
        {
            using var platform = HostPlatform.Create(TimeProvider.System);
            return platform.Files;
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("vmsandbox-test-").FullName;

    public string Make(string name) => Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
