using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Images.Layers;

/// <summary>
/// The store's layers, each in a folder named by its manifest's hash. A layer is made in a folder beside its place and renamed when it is whole
/// and on the disk.
/// </summary>
internal sealed class LayerStore(StoreLayout layout, IPrivateFiles files, TimeProvider time)
{
    public const string DiskName = "disk";

    /// <summary>A folder in which one is made.</summary>
    /// <exception cref="Platform.PlatformException">The store cannot be written.</exception>
    public LayerDraft Begin() => LayerDraft.Begin(layout);

    /// <summary>Makes a layer of a draft whose disk is whole. What is settled outlasts a cut of the power.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="manifest">What it says of itself; its hash and length of the disk are believed.</param>
    /// <exception cref="Platform.PlatformException">The store is full or cannot be written.</exception>
    public Layer Settle(LayerDraft draft, LayerManifest manifest)
    {
        try
        {
            var id = LayerManifestFile.Write(draft.Folder, manifest);
            foreach (var file in Directory.EnumerateFiles(draft.Folder))
            {
                if (Path.GetFileName(file) is not (DiskName or LayerManifestFile.Name))
                {
                    File.Delete(file);
                    continue;
                }

                files.FlushFile(file);
                File.SetAttributes(file, FileAttributes.ReadOnly);
            }

            files.FlushFolder(draft.Folder);
            ImageStamp.Write(draft.Folder, [draft.DiskPath]);
            Move(draft.Folder, id);
            return Open(id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The layer {manifest.Name} cannot be added to the store {layout.Root}");
        }
    }

    /// <summary>A layer of the store.</summary>
    /// <exception cref="ImageException">It is missing, or its disk is not what it was when it was imported.</exception>
    public Layer Open(string id)
    {
        var folder = layout.Layer(id);
        var (manifest, found) = LayerManifestFile.Read(folder);
        var layer = new Layer(id, manifest, Path.Combine(folder, DiskName));
        return found == id && LengthOf(layer.DiskPath) == manifest.Disk.Length && ImageStamp.Holds(folder, [(layer.DiskPath, manifest.Disk.Sha256)])
            ? layer
            : throw new ImageException(SandboxErrorCode.ImageMissing, $"The store's layer {folder} is damaged: its files have changed since it was imported.") { Path = folder, Advice = "Import it again, which mends it." };
    }

    /// <summary>Notes that a layer was asked for now; what notes it is the time of its folder.</summary>
    public void Touch(string id, DateTimeOffset now)
    {
        try
        {
            Directory.SetLastWriteTimeUtc(layout.Layer(id), now.UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only pruning looks at it.
        }
    }

    /// <summary>When it was last asked for.</summary>
    public DateTimeOffset TouchedAt(string id) => Directory.GetLastWriteTimeUtc(layout.Layer(id));

    /// <summary>Removes a layer. Renamed first, so that nobody finds half of one.</summary>
    public void Remove(string id)
    {
        using var draft = Begin();
        try
        {
            Directory.Move(layout.Layer(id), Path.Combine(draft.Folder, id));
        }
        catch (DirectoryNotFoundException)
        {
            // Another process was quicker.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The layer {layout.Layer(id)} cannot be removed");
        }
    }

    /// <summary>Removes what processes left that were killed while they made or removed a layer.</summary>
    public void Sweep()
    {
        foreach (var file in Directory.EnumerateFiles(layout.Layers, LayerDraft.Prefix + "*" + LayerDraft.LockExtension))
        {
            try
            {
                LayerDraft.Sweep(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or SandboxException)
            {
                // Another process sweeps it, or it stays until the next time.
            }
        }
    }

    /// <summary>Removes a folder and what is in it, also files that are read-only.</summary>
    public static void RemoveFolder(string folder)
    {
        try
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                File.SetAttributes(file, FileAttributes.Normal);
            }

            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // There is none.
        }
    }

    private void Move(string part, string id)
    {
        try
        {
            Directory.Move(part, layout.Layer(id));
            files.FlushFolder(layout.Layers);
        }
        catch (IOException) when (Directory.Exists(layout.Layer(id)))
        {
            // It is there already; its bytes are the same by their hash, or were.
            if (IsSound(id))
            {
                Touch(id, time.GetUtcNow());
                return;
            }

            Remove(id);
            Directory.Move(part, layout.Layer(id));
            files.FlushFolder(layout.Layers);
        }
    }

    private bool IsSound(string id)
    {
        try
        {
            Open(id);
            return true;
        }
        catch (ImageException)
        {
            return false;
        }
    }

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : -1;
}
