using System.Globalization;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.Disks;

/// <summary>
/// The read-only disk of input files, laid below the work directory (overlayfs): its files are there without a byte being copied, and the
/// task may change, replace and remove them like any other, for what it changes is copied up to the root disk.
/// </summary>
/// <param name="work">The work directory; what is in it stays, and wins.</param>
/// <param name="layout">Where the disk is, and where it is mounted.</param>
/// <param name="owner">Whose its files become.</param>
internal sealed class InputDisk(WorkDirectory work, GuestLayout layout, uint owner)
{
    // As for the root disk: each request of its own is one that emulation pays for.
    private const string ReadAheadKiB = "1024";

    private readonly Lock _lock = new();
    private long? _length;

    /// <summary>Adds the files; once for a machine. Asked again for the same disk it has nothing to do.</summary>
    public void Add(long length)
    {
        lock (_lock)
        {
            if (_length is { } added)
            {
                if (added != length)
                {
                    throw new RequestException(GuestErrorCode.Conflict, "The machine has its input disk already.");
                }

                return;
            }

            Prepare(length);
            Mount();
            _length = length;
        }
    }

    private void Prepare(long length)
    {
        using (var disk = BlockDevice.OpenToRead(layout.InputDevice))
        {
            if (length == 0 || length > disk.Capacity)
            {
                throw new RequestException(GuestErrorCode.BadRequest, string.Create(CultureInfo.InvariantCulture, $"The input disk has no {length} bytes."));
            }

            disk.DropCache();
        }

        LinuxFile.WriteShort($"/sys/class/block/{Path.GetFileName(layout.InputDevice)}/queue/read_ahead_kb", ReadAheadKiB);
        foreach (var folder in (string[])[layout.Input, layout.OverlayScratch])
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private void Mount()
    {
        Mounts.Add(layout.InputDevice, layout.Input, "iso9660", isReadOnly: true, string.Create(CultureInfo.InvariantCulture, $"uid={owner},gid={owner}"));
        try
        {
            // redirect_dir: a folder of the disk can be renamed like any other.
            Mounts.Add("work", layout.Work, "overlay", isReadOnly: false, $"lowerdir={layout.Input},upperdir={layout.Work},workdir={layout.OverlayScratch},redirect_dir=on");
        }
        catch (LinuxError)
        {
            Mounts.Remove(layout.Input);
            throw;
        }

        work.Reopen();
    }
}
