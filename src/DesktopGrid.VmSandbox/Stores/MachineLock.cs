using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Stores;

/// <summary>
/// Says which process holds a machine. The operating system lets go of it when the process ends, however it ends, so that there are no
/// stale locks.
/// </summary>
internal sealed class MachineLock : IDisposable
{
    private readonly FileStream _file;

    private MachineLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; null when another process (or another part of this one) holds it.</summary>
    public static MachineLock? TryTake(string path)
    {
        try
        {
            return new MachineLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (DirectoryNotFoundException)
        {
            throw new PlatformException(SandboxErrorCode.StoreNotWritable, $"The machine's folder {Path.GetDirectoryName(path)} is missing.");
        }
        catch (UnauthorizedAccessException e)
        {
            throw StoreFault.From(e, $"The lock {path} cannot be taken");
        }
        catch (IOException e) when (!StoreFault.IsFull(e))
        {
            return null;
        }
        catch (IOException e)
        {
            throw StoreFault.From(e, $"The lock {path} cannot be taken");
        }
    }

    public void Dispose() => _file.Dispose();
}
