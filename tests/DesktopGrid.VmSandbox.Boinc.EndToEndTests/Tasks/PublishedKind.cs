using System.Xml.Linq;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

/// <summary>An app version as build/boinc.sh --app-version makes it: the folder that an administrator copies into a project, read as bin/update_versions reads it.</summary>
/// <param name="Folder">APP/VERSION/PLATFORM below artifacts/boinc/published.</param>
/// <param name="Sandbox">What the version is otherwise.</param>
internal sealed record PublishedKind(string Folder, SandboxKind Sandbox) : ITaskKind
{
    private const string File = "version.xml";

    public string Name => $"published {Sandbox.Name}";

    public Payload Payload => Sandbox.Payload;

    public bool IsAnonymous => false;

    public string TrickleVariety => Sandbox.TrickleVariety;

    public bool KeepsAtQuit => true;

    public string? Missing => System.IO.File.Exists(Path.Combine(Place, File)) ? Sandbox.Missing : "build/boinc.sh was not run with its option app-version";

    private string Place => Path.Combine(Artifacts.Published, Folder);

    public AppVersion ToVersion(string appName)
    {
        var version = XElement.Load(Path.Combine(Place, File));
        return new AppVersion(appName, [.. version.Elements("file").Select(ToFile)])
        {
            IsWrapper = version.Element("is_wrapper") is not null,
            ApiVersion = version.Element("api_version")?.Value,
        };
    }

    public string ToCommandLine(TaskShape shape) => Sandbox.ToCommandLine(shape);

    public bool IsWritingCheckpoint(DataDirectory data, int slot) => Sandbox.IsWritingCheckpoint(data, slot);

    /// <summary>All files of the folder must be named, and each name must be there.</summary>
    public IEnumerable<string> Unnamed() =>
        Directory.EnumerateFiles(Place).Select(static path => Path.GetFileName(path)).Except(XElement.Load(Path.Combine(Place, File)).Elements("file").Select(static file => file.Element("physical_name")!.Value).Append(File));

    private AppFile ToFile(XElement file) =>
        AppFile.FromDisk(Path.Combine(Place, file.Element("physical_name")!.Value), file.Element("logical_name")!.Value) with { IsMainProgram = file.Element("main_program") is not null };
}
