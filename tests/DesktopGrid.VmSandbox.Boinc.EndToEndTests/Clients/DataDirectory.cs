using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;

/// <summary>A client's data directory, under a short path: sockets lie in it.</summary>
internal sealed class DataDirectory
{
    /// <summary>What authorises a GUI to give orders.</summary>
    public const string Password = "secret";

    private readonly StubProject _project;

    public DataDirectory(StubProject project, ClientOptions options)
    {
        _project = project;
        Path = Directory.CreateTempSubdirectory("bc").FullName;
        Write("gui_rpc_auth.cfg", Password);
        Write("cc_config.xml", ClientOptions.ToConfiguration());
        WritePreferences(options);
        // Attached before its first start: as the client itself writes it down.
        Write($"account_{project.FolderName}.xml", $"<account>\n<master_url>{project.Url}</master_url>\n<authenticator>{new string('a', 32)}</authenticator>\n</account>\n");
        Directory.CreateDirectory(ProjectPath);
        foreach (var file in options.ProjectFiles)
        {
            AddProjectFile(file);
        }
    }

    public string Path { get; }

    public string ProjectPath => System.IO.Path.Combine(Path, "projects", _project.FolderName);

    public string SlotsPath => System.IO.Path.Combine(Path, "slots");

    public string SlotPath(int slot) => System.IO.Path.Combine(SlotsPath, slot.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Puts a file where the client would have downloaded it; it may be run.</summary>
    public void AddProjectFile(AppFile file)
    {
        var path = System.IO.Path.Combine(ProjectPath, file.Name);
        File.WriteAllBytes(path, file.Content);
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("755", 8));
    }

    /// <summary>What the volunteer wishes; a client that runs reads it when it is told to.</summary>
    public void WritePreferences(ClientOptions options) => Write("global_prefs_override.xml", options.ToPreferences());

    /// <summary>The end of the client's log, for messages.</summary>
    public string LogTail(int lines = 60) => string.Join('\n', Log().TakeLast(lines));

    public IReadOnlyList<string> Log()
    {
        var path = System.IO.Path.Combine(Path, "stdoutdae.txt");
        if (!File.Exists(path))
        {
            return [];
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n');
    }

    /// <summary>Files below the slots, by their paths; a task that is over leaves none.</summary>
    public IReadOnlyList<string> SlotFiles() => Directory.Exists(SlotsPath) ? [.. Directory.EnumerateFiles(SlotsPath, "*", SearchOption.AllDirectories)] : [];

    /// <summary>What the client counts against a work unit's bound of disk.</summary>
    public long SlotBytes() => SlotFiles().Select(static path => new FileInfo(path)).Where(static file => file.Exists).Sum(static file => file.Length);

    public void Delete() => Directory.Delete(Path, recursive: true);

    private void Write(string name, string text) => File.WriteAllText(System.IO.Path.Combine(Path, name), text);
}
