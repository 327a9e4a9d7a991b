namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

/// <summary>What the project has for its clients, and what it still wants to tell them; safe to change while it serves.</summary>
internal sealed class ProjectContent
{
    private readonly Lock _lock = new();
    private readonly List<AppVersion> _versions = [];
    private readonly List<WorkUnit> _unsent = [];
    private readonly Dictionary<string, AppFile> _files = [];
    private readonly List<string> _aborts = [];
    private readonly List<(string ResultName, string Text)> _trickles = [];

    public void Add(AppVersion version)
    {
        lock (_lock)
        {
            _versions.Add(version);
            version.Files.ToList().ForEach(file => _files[file.Name] = file);
        }
    }

    public void Add(WorkUnit unit)
    {
        lock (_lock)
        {
            _unsent.Add(unit);
            unit.Inputs.ToList().ForEach(file => _files[file.Name] = file);
        }
    }

    public void Abort(string resultName)
    {
        lock (_lock)
        {
            _aborts.Add(resultName);
        }
    }

    public void SendTrickle(string resultName, string text)
    {
        lock (_lock)
        {
            _trickles.Add((resultName, text));
        }
    }

    public AppFile? FindFile(string name)
    {
        lock (_lock)
        {
            return _files.GetValueOrDefault(name);
        }
    }

    /// <summary>The work that was not sent yet, each with its newest version. It counts as sent.</summary>
    public IReadOnlyList<(WorkUnit Unit, AppVersion Version)> TakeWork() =>
        Take(_unsent, unit => _versions.FindLast(version => version.AppName == unit.AppName) is { } version ? (unit, version) : throw new InvalidOperationException($"No version of {unit.AppName}."));

    public IReadOnlyList<string> TakeAborts() => Take(_aborts, static name => name);

    public IReadOnlyList<(string ResultName, string Text)> TakeTrickles() => Take(_trickles, static trickle => trickle);

    private List<TOut> Take<TIn, TOut>(List<TIn> from, Func<TIn, TOut> select)
    {
        lock (_lock)
        {
            List<TOut> taken = [.. from.Select(select)];
            from.Clear();
            return taken;
        }
    }
}
