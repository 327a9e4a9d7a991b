using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.DataHandler;

/// <summary>A file that is being put. It takes its name in one step at the end, or vanishes.</summary>
internal sealed class PendingFile(SafeFileHandle parent, SafeFileHandle file, string temporary, string name) : IDisposable
{
    private bool _committed;

    public SafeFileHandle File => file;

    /// <summary>Closed first: a program that is open for writing cannot be started, and the next request may ask for that.</summary>
    public void Commit()
    {
        file.Dispose();
        LinuxFile.Rename(parent, temporary, name);
        _committed = true;
    }

    public void Dispose()
    {
        file.Dispose();
        if (!_committed)
        {
            // The task may have removed it already; then there is nothing left to do.
            _ = LinuxFile.TryUnlink(parent, LinuxFile.Terminated(temporary), 0);
        }

        parent.Dispose();
    }
}
