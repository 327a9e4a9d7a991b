using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Images.Layers;

/// <summary>
/// A layer that is just being made, in a folder of the store that nobody else knows. Disposing it removes what has not become a layer. The lock
/// beside the folder goes with the process that holds it, so that a sweep knows at once what a killed one has left.
/// </summary>
internal sealed class LayerDraft : IDisposable
{
    public const string Prefix = ".part-", LockExtension = ".lock";

    private const int Attempts = 8;

    private readonly MachineLock _held;

    private LayerDraft(string folder, MachineLock held) => (Folder, _held) = (folder, held);

    /// <summary>Where it is made; other files may lie here meanwhile, and are gone when it is settled.</summary>
    public string Folder { get; }

    /// <summary>Where its disk has to be.</summary>
    public string DiskPath => Path.Combine(Folder, LayerStore.DiskName);

    /// <summary>A file of its own for what is needed on the way to the disk.</summary>
    public string Scratch(string name) => Path.Combine(Folder, Prefix + name);

    /// <exception cref="Platform.PlatformException">The store cannot be written.</exception>
    public static LayerDraft Begin(StoreLayout layout)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var folder = Path.Combine(layout.Layers, Prefix + Path.GetRandomFileName());
            var held = MachineLock.TryTake(folder + LockExtension);
            // A sweep that came between the file and its lock has deleted the file.
            if (held is not null && File.Exists(folder + LockExtension))
            {
                return Begin(folder, held);
            }

            held?.Dispose();
        }

        throw new ImageException(SandboxErrorCode.ImageMissing, $"No place for a new layer can be made in {layout.Layers}.") { IsTransient = true };
    }

    /// <summary>Removes what a draft has left, if the process that made it is gone.</summary>
    public static void Sweep(string lockFile)
    {
        using (var held = MachineLock.TryTake(lockFile))
        {
            if (held is null)
            {
                return;
            }

            LayerStore.RemoveFolder(lockFile[..^LockExtension.Length]);
        }

        // Windows removes no file that is open.
        StoreLayout.Forget(lockFile);
    }

    public void Dispose()
    {
        try
        {
            LayerStore.RemoveFolder(Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next sweep's, which finds it by the lock's file; what came before is the failure to tell.
            _held.Dispose();
            return;
        }

        _held.Dispose();
        StoreLayout.Forget(Folder + LockExtension);
    }

    private static LayerDraft Begin(string folder, MachineLock held)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new LayerDraft(folder, held);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            held.Dispose();
            StoreLayout.Forget(folder + LockExtension);
            throw StoreFault.From(e, $"A layer cannot be made in {Path.GetDirectoryName(folder)}");
        }
    }
}
