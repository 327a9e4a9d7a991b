using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Stores;

/// <summary>
/// Says which process holds a machine. The operating system lets go of it when the process ends, however it ends, so that there are no
/// stale locks.
/// </summary>
internal sealed class MachineLock : IDisposable
{
    // Together half a second: another process that opens the store holds each machine for a blink, to see whether it is well.
    private const int Attempts = 25;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

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
            throw new PlatformException(SandboxErrorCode.MachineUnknown, $"The machine's folder {Path.GetDirectoryName(path)} is gone: it was destroyed, or is just being.");
        }
        catch (IOException e) when (FileInUse.Is(e))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The lock {path} cannot be taken");
        }
    }

    /// <summary>Takes the lock, within half a second; null when another process keeps it.</summary>
    public static async Task<MachineLock?> TakeAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt < Attempts; attempt++)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }

        return TryTake(path);
    }

    public void Dispose() => _file.Dispose();
}
