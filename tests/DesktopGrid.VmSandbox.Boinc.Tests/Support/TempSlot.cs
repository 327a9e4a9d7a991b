using DesktopGrid.VmSandbox.Boinc.Slots;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Support;

/// <summary>A client's directory with one slot and one project, as the client lays them out.</summary>
internal sealed class TempSlot : IDisposable
{
    public TempSlot()
    {
        DataDirectory = Path.Combine(Path.GetTempPath(), "slot-" + Path.GetRandomFileName());
        Slot = Path.Combine(DataDirectory, "slots", "0");
        Project = Path.Combine(DataDirectory, "projects", "example.org");
        Directory.CreateDirectory(Slot);
        Directory.CreateDirectory(Project);
    }

    public string DataDirectory { get; }

    public string Slot { get; }

    public string Project { get; }

    /// <summary>A file of the project with a link in the slot.</summary>
    public string Link(string logicalName, string physicalName, string? content)
    {
        var path = Path.Combine(Project, physicalName);
        if (content is not null)
        {
            File.WriteAllText(path, content);
        }

        Put(logicalName, $"<soft_link>../../projects/example.org/{physicalName}</soft_link>\n");
        return path;
    }

    /// <summary>A file of the slot itself.</summary>
    public string Put(string name, string content)
    {
        var path = Path.Combine(Slot, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public IReadOnlyList<SlotFile> Files() => SlotListing.Read(Slot, Project);

    public void Dispose() => Directory.Delete(DataDirectory, recursive: true);
}
