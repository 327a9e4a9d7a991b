using DesktopGrid.VmSandbox.Platform.Files;

namespace DesktopGrid.VmSandbox.Images;

/// <summary>What a machine's own disk takes on the host: all that its guest has written beyond the base image and not given back.</summary>
internal sealed class InstanceDisk(IPrivateFiles files, string overlay)
{
    private long _bytes;

    /// <summary>The newest size; the one before where the system does not tell now, as of a machine that is just being removed.</summary>
    public long Measure()
    {
        try
        {
            Volatile.Write(ref _bytes, files.AllocatedBytes(overlay));
        }
        catch (IOException)
        {
            // Its end is told by others.
        }

        return Volatile.Read(ref _bytes);
    }
}
