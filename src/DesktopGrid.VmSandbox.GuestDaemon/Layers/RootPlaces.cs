using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Disks;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.Layers;

/// <summary>
/// The top of the task's root: a folder in memory with nothing in it but the places where the guest's own things appear. A link of a layer by
/// such a name is hidden by it, so that no layer leads a mount elsewhere, and none of the layers need be written to.
/// </summary>
internal sealed class RootPlaces(GuestLayout layout)
{
    // The daemon's other names (Tool): a room cannot know a workshop.
    private static readonly string[] Tools = ["msg_to_host", "boinc"];

    private static readonly string[] ToolFolders = ["usr/bin", "usr/local/bin", "bin"];

    private readonly List<(string Source, string Target)> _binds = [];

    /// <summary>Makes the places.</summary>
    /// <param name="below">What will lie below, in which no link on the way to a place may be hidden.</param>
    /// <exception cref="RequestException">There is no place for the guest's own programs.</exception>
    public void Make(IReadOnlyList<string> below)
    {
        Directory.CreateDirectory(layout.Places);
        foreach (var path in layout.InEveryRoot)
        {
            AddFolder(path, path);
        }

        // Programs know either; what they leave there is removed together.
        if (!HasLink(below, "var"))
        {
            AddFolder(layout.Temporary, "/var/tmp");
        }

        var folder = Array.Find(ToolFolders, folder => !HasLink(below, folder))
            ?? throw new RequestException(GuestErrorCode.LayerUnusable, $"The machine's layers have a link in the place of each of {string.Join(", ", ToolFolders.Select(static name => "/" + name))}: nowhere can the guest's own programs appear.");
        Directory.CreateDirectory($"{layout.Places}/{folder}");
        foreach (var tool in Tools)
        {
            File.Create($"{layout.Places}/{folder}/{tool}").Dispose();
            _binds.Add((layout.Daemon, $"/{folder}/{tool}"));
        }
    }

    /// <summary>Has the guest's own things appear in a root that has the places.</summary>
    public void Fill(string root)
    {
        foreach (var (source, target) in _binds)
        {
            Mounts.Bind(source, root + target);
        }
    }

    private void AddFolder(string source, string target)
    {
        Directory.CreateDirectory(layout.Places + target);
        _binds.Add((source, target));
    }

    /// <summary>Whether a folder is reached by a link anywhere.</summary>
    private static bool HasLink(IReadOnlyList<string> below, string folder) =>
        below.Any(lower => Enumerable.Range(1, folder.Split('/').Length).Any(depth => new FileInfo($"{lower}/{string.Join('/', folder.Split('/').Take(depth))}").LinkTarget is not null));
}
