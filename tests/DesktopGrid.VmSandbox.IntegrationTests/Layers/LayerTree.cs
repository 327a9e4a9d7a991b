namespace DesktopGrid.VmSandbox.IntegrationTests.Layers;

/// <summary>The files of a layer, in a folder of the host until it is made.</summary>
internal sealed class LayerTree : IDisposable
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public LayerTree() => File.SetUnixFileMode(Folder, Executable);

    public string Folder { get; } = Directory.CreateTempSubdirectory("vmsandbox-layer-").FullName;

    public LayerTree Text(string path, string text, bool executable = false)
    {
        File.WriteAllText(Place(path), text);
        File.SetUnixFileMode(Place(path), executable ? Executable : Readable);
        return this;
    }

    public LayerTree Copy(string path, string hostPath)
    {
        File.Copy(hostPath, Place(path));
        File.SetUnixFileMode(Place(path), Executable);
        return this;
    }

    public LayerTree Link(string path, string target)
    {
        File.CreateSymbolicLink(Place(path), target);
        return this;
    }

    public LayerTree Empty(string path)
    {
        Directory.CreateDirectory(Place(path));
        return this;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string Place(string path)
    {
        var place = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        return place;
    }
}
