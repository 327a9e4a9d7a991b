namespace DesktopGrid.VmSandbox.Benchmarks.Measuring;

/// <summary>A folder of one run. Its path is short, since sockets lie in it.</summary>
internal sealed class BenchFolder : IDisposable
{
    private int _number;

    public string Root { get; } = Directory.CreateTempSubdirectory("vmb-").FullName;

    /// <summary>A new folder inside.</summary>
    public string New(string name) => Directory.CreateDirectory(Path.Combine(Root, $"{name}{++_number}")).FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
