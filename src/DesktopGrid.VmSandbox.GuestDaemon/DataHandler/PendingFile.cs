using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.DataHandler;

/// <summary>A file that is being put. It takes its name in one step at the end, or vanishes.</summary>
internal sealed class PendingFile(SafeFileHandle parent, SafeFileHandle file, string temporary, string name) : IDisposable
{
    private bool _committed;

    public SafeFileHandle File => file;

    public void Commit()
    {
        LinuxFile.Rename(parent, temporary, name);
        _committed = true;
    }

    public void Dispose()
    {
        file.Dispose();
        if (!_committed)
        {
            try
            {
                LinuxFile.Unlink(parent, LinuxFile.Terminated(temporary), 0);
            }
            catch (LinuxError)
            {
                // The task may have removed it already; then there is nothing left to do.
            }
        }

        parent.Dispose();
    }
}
