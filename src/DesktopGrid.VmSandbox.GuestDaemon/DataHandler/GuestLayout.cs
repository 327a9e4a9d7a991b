using System.Globalization;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;

namespace DesktopGrid.VmSandbox.GuestDaemon.DataHandler;

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
    /// <summary>The disks of bulk data: the second and third that QEMU was given.</summary>
    public string InputDevice => root + "/dev/vdb";
    public string OutputDevice => root + "/dev/vdc";
    /// <summary>Where the input disk is mounted, out of the task's sight: it sees the files in its work directory.</summary>
    public string Input => State + "/input";
    /// <summary>overlayfs's own, on the work directory's disk.</summary>
    public string OverlayScratch => State + "/overlay";
    /// <summary>Where tasks have their root, on machines that have layers; out of a task's reach from elsewhere.</summary>
    public string TaskRoot => State + "/root";
    /// <summary>The top of that root: in memory, since it is made anew by every machine.</summary>
    public string Places => root + "/run/vmsandbox-places";
    /// <summary>The daemon's own file, which is also msg_to_host.</summary>
    public string Daemon => root + "/sbin/vmsandboxd";
    /// <summary>In memory; gone with the machine.</summary>
    public string Runtime => root + "/run/vmsandbox";
    public string Inbox => Runtime + "/inbox";
    public string MessageSocket => Runtime + "/messages";

    /// <summary>What a task has of the guest whatever its root is.</summary>
    public IEnumerable<string> InEveryRoot => [Work, Temporary, root + "/dev", root + "/proc", root + "/sys", Runtime];

    /// <summary>Everything besides the work directory and the inbox in which the task can leave something.</summary>
    private IEnumerable<string> Shared => [Temporary, root + "/dev/shm", root + "/dev/mqueue"];

    /// <summary>Where a layer is mounted.</summary>
    /// <param name="number">From 0, the lowest.</param>
    public string Layer(int number) => string.Create(CultureInfo.InvariantCulture, $"{State}/layer{number}");

    public void Prepare()
    {
        Directory.CreateDirectory(State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Runtime, (UnixFileMode)0b111_101_101);
        Directory.CreateDirectory(Temporary);
        File.SetUnixFileMode(Temporary, UnixFileMode.StickyBit | (UnixFileMode)0b111_111_111);
        EmptyShared(CancellationToken.None);
    }

    public void EmptyShared(CancellationToken cancellationToken)
    {
        foreach (var path in Shared.Where(Directory.Exists))
        {
            using var folder = LinuxFile.OpenDirectory(path);
            TreeRemoval.Empty(folder, cancellationToken);
        }
    }
}
