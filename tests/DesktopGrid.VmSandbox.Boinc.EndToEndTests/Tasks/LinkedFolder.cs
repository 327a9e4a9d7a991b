namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

/// <summary>A folder's name that can be made to mean another folder, as an update does.</summary>
internal sealed class LinkedFolder : IDisposable
{
    private readonly string _place = Directory.CreateTempSubdirectory("bl").FullName;

    public LinkedFolder(string target)
    {
        Link = Path.Combine(_place, "qemu");
        PointTo(target);
    }

    public string Link { get; }

    public void PointTo(string target)
    {
        File.Delete(Link);
        Directory.CreateSymbolicLink(Link, target);
    }

    public void Dispose()
    {
        File.Delete(Link);
        Directory.Delete(_place);
    }
}
