namespace DesktopGrid.VmSandbox.GuestDaemon.Control;

/// <summary>Every path of the guest that the daemon uses, once.</summary>
/// <param name="root">Empty in a guest; a test's own folder elsewhere.</param>
internal sealed class GuestLayout(string root)
{
    /// <summary>The task's; made by the image, emptied between tasks.</summary>
    public string Work => root + "/work";
    /// <summary>The task's, for what programs put into TMPDIR.</summary>
    public string Temporary => root + "/tmp";
    /// <summary>The daemon's own; on the disk, since a task's output may be larger than memory.</summary>
    public string State => root + "/var/lib/vmsandbox";
    public string StandardInput => State + "/stdin";
    public string StandardOutput => State + "/stdout";
    public string StandardError => State + "/stderr";
    /// <summary>In memory; gone with the machine.</summary>
    public string Runtime => root + "/run/vmsandbox";
    public string Inbox => Runtime + "/inbox";
    public string MessageSocket => Runtime + "/messages";

    public void Prepare()
    {
        Directory.CreateDirectory(State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Runtime, (UnixFileMode)0b111_101_101);
        EmptyTemporary();
    }

    public void EmptyTemporary()
    {
        Directory.CreateDirectory(Temporary);
        using (var folder = Kernel.LinuxFile.OpenDirectory(Temporary))
        {
            DataHandler.TreeRemoval.Empty(folder);
        }

        File.SetUnixFileMode(Temporary, UnixFileMode.StickyBit | (UnixFileMode)0b111_111_111);
    }
}
