using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.Layers;
using DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.Execution;

/// <summary>
/// What a program needs of the guest and nobody else does: its root where there are layers, the loopback interface, a kernel that makes nobody root of a namespace, the socket for its messages, and who reaps its orphans.
/// Laid for the first program: the start of a machine waits for none of it, and under emulation it is a good part of that start.
/// </summary>
internal sealed class TaskGround(MessageSocket messages, TaskRoot root) : IDisposable
{
    private readonly Reaper _reaper = new();
    private bool _isLaid;

    /// <summary>The root directory of the task; null for the guest's own.</summary>
    public string? Root => root.Path;

    /// <summary>Sees to it that all of it is there. For one caller at a time.</summary>
    /// <exception cref="RequestException">The machine's layers are of no use.</exception>
    /// <returns>Who starts the program, and waits for it.</returns>
    public Reaper Lay()
    {
        root.Lay();
        if (!_isLaid)
        {
            Loopback.Raise();
            UserNamespaces.Forbid();
            messages.Start();
            _reaper.Start();
            _isLaid = true;
        }

        return _reaper;
    }

    public void Dispose() => _reaper.Dispose();
}
