using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.Markup;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.Control.ClientState;

/// <summary>Gathers what the state says of one project. An entry without what it needs is passed over, as the client does.</summary>
internal sealed class ProjectEntries(Element project, string masterUrl)
{
    // The client's own number for a file that it has whole.
    private const int FilePresent = 1;

    private readonly List<BoincApp> _apps = [];
    private readonly Dictionary<string, AppFile> _files = new(StringComparer.Ordinal);
    private readonly List<AppVersion> _versions = [];
    private readonly Dictionary<string, Element> _workUnits = new(StringComparer.Ordinal);
    private readonly List<Element> _results = [];

    public void Add(Element element)
    {
        switch (element.Name)
        {
            case "app" when element.Value("name") is { } name:
                _apps.Add(new BoincApp(name, Readable(element.Value("user_friendly_name") ?? name), element.Flag("non_cpu_intensive")));
                break;
            case "file" or "file_info" when element.Value("name") is { } name:
                _files[name] = new AppFile(name, (long)Math.Clamp(element.Number("nbytes") ?? 0, 0, long.MaxValue / 2), element.Whole("status") == FilePresent, element.Flag("executable"), element.Value("file_signature"));
                break;
            case "app_version" when Version(element) is { } version:
                _versions.Add(version);
                break;
            case "workunit" when element.Value("name") is { } name:
                _workUnits[name] = element;
                break;
            case "result":
                _results.Add(element);
                break;
        }
    }

    public BoincProject ToProject() => new()
    {
        MasterUrl = masterUrl,
        Name = Readable(project.Value("project_name") ?? masterUrl),
        Folder = ProjectFolder.Of(masterUrl),
        CodeSignKey = project.Value("code_sign_key"),
        WantsNoTasks = project.Flag("dont_request_more_work"),
        Apps = _apps,
        Files = _files,
        Versions = _versions,
        Tasks = [.. _results.Select(Task).OfType<ClientResult>()],
    };

    private static AppVersion? Version(Element element) =>
        element.Value("app_name") is not { } app || element.Whole("version_num") is not { } number ? null : new AppVersion
        {
            Tuple = new VersionTuple(app, element.Value("platform") ?? "", number, element.Value("plan_class") ?? ""),
            Files = [.. element.Named("file_ref").Select(Reference).OfType<FileRef>()],
            Processors = element.Number("avg_ncpus") ?? 1,
            Flops = element.Number("flops") is { } flops and > 0 ? flops : null,
            ApiVersion = element.Value("api_version"),
            CommandLine = element.Value("cmdline"),
            FilePrefix = element.Value("file_prefix"),
            Coprocessor = element.Child("coproc") is { } coprocessor ? coprocessor.Value("type") ?? "of an unknown kind" : null,
            IsWrapper = element.Flag("is_wrapper"),
            NeedsNetwork = element.Flag("needs_network"),
        };

    private static FileRef? Reference(Element element) => element.Value("file_name") is { } name
        ? new FileRef(name, element.Value("open_name"), element.Flag("main_program"), element.Flag("copy_file"), element.Flag("optional"))
        : null;

    private ClientResult? Task(Element result)
    {
        if (result.Value("name") is not { } name || result.Value("wu_name") is not { } unitName || !_workUnits.TryGetValue(unitName, out var unit) || unit.Value("app_name") is not { } app)
        {
            return null;
        }

        var version = result.Whole("version_num") ?? unit.Whole("version_num") ?? 0;
        return new ClientResult(name, new VersionTuple(app, result.Value("platform") ?? "", version, result.Value("plan_class") ?? ""));
    }

    /// <summary>The client writes each byte of a UTF-8 text as a character of its own; this makes it readable again.</summary>
    private static string Readable(string text) => text.Any(static c => c > 0x7f) && text.All(static c => c <= 0xff) ? MarkupRepair.Decode(Encoding.Latin1.GetBytes(text)) : text;
}
