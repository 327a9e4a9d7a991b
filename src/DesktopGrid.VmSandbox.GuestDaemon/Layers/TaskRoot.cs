using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Disks;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.Layers;

/// <summary>
/// The root directory of tasks where the machine has layers: all of them laid over each other (overlayfs) with nothing above that could be
/// written to, and in it the work directory, the folders for temporary files, the kernel's file systems, inbox and message socket. The daemon stays
/// in its own root, and so does every path that it works with.
/// </summary>
internal sealed class TaskRoot(GuestLayout layout, IReadOnlyList<LayerLine> layers)
{
    private RequestException? _refusal;

    /// <summary>Where it is, once it is laid; null where tasks run in the guest's own root.</summary>
    public string? Path { get; private set; }

    /// <summary>Lays it, if there are layers. For one caller at a time.</summary>
    /// <exception cref="RequestException">A layer is of no use, or the kernel refused.</exception>
    public void Lay()
    {
        if (layers.Count == 0 || Path is not null)
        {
            return;
        }

        if (_refusal is not null)
        {
            // No layer gets better, and what was mounted for the first attempt would be mounted again with each.
            throw _refusal;
        }

        try
        {
            Lay(new LayerMounts(layout).Add(layers));
        }
        catch (RequestException e)
        {
            _refusal = e;
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _refusal = new RequestException(GuestErrorCode.LayerUnusable, $"The machine's layers cannot be laid over each other: {e.Message}");
        }

        Path = layout.TaskRoot;
    }

    private void Lay(IReadOnlyList<string> seen)
    {
        var places = new RootPlaces(layout);
        places.Make(seen);
        Directory.CreateDirectory(layout.TaskRoot, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // The input disk may be laid below the work directory later: what is mounted there then is to appear here as well.
        Mounts.Share("/");
        Mounts.Add("root", layout.TaskRoot, "overlay", isReadOnly: true, $"lowerdir={string.Join(':', seen.Append(layout.Places).Reverse())}");
        places.Fill(layout.TaskRoot);
    }
}
