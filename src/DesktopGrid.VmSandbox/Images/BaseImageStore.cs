using System.IO.Compression;
using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Images;

/// <summary>
/// The store's base images, each in a folder named by its manifest's hash. An image is verified byte for byte when it is added, in a
/// folder beside its place, and renamed when it is whole: two processes that add the same image do not disturb each other.
/// </summary>
internal sealed class BaseImageStore(StoreLayout layout, IPrivateFiles files)
{
    private const string Kernel = "vmlinux", Initrd = "initrd", Base = "base.qcow2", PartPrefix = ".part-";

    /// <summary>
    /// Adds the image of a folder, or gives the one that is there already. What is added outlasts a cut of the power: a checkpoint that was reported is of no
    /// use without it.
    /// </summary>
    /// <exception cref="ImageException">It is missing or damaged.</exception>
    /// <exception cref="Platform.PlatformException">The store is full or cannot be written.</exception>
    public async Task<BaseImage> AddAsync(string folder, CancellationToken cancellationToken)
    {
        var (manifest, id) = ImageManifestReader.Read(folder);
        if (Directory.Exists(layout.Image(id)))
        {
            return Open(id);
        }

        var part = Path.Combine(layout.Images, PartPrefix + Path.GetRandomFileName());
        try
        {
            Directory.CreateDirectory(part);
            await CopyAsync(folder, manifest.Files.Kernel, Path.Combine(part, Kernel), cancellationToken).ConfigureAwait(false);
            await CopyAsync(folder, manifest.Files.Initrd, Path.Combine(part, Initrd), cancellationToken).ConfigureAwait(false);
            await CopyAsync(folder, manifest.Files.Base, Path.Combine(part, Base), cancellationToken).ConfigureAwait(false);
            var header = Qcow2Header.Read(Path.Combine(part, Base));
            if (header.BackingFile is not null || header.VirtualSize != manifest.Files.Base.VirtualSize)
            {
                throw new ImageException(SandboxErrorCode.ImageRefused, $"The image in {folder} is refused: its disk has a backing file or another size than its manifest says.") { Path = folder };
            }

            File.Copy(Path.Combine(folder, ImageManifestReader.FileName), Path.Combine(part, ImageManifestReader.FileName));
            foreach (var file in Directory.EnumerateFiles(part))
            {
                // A copy of a file that is read-only is so already, and on Windows could not be flushed.
                File.SetAttributes(file, FileAttributes.Normal);
                files.FlushFile(file);
                File.SetAttributes(file, FileAttributes.ReadOnly);
            }

            files.FlushFolder(part);
            ImageStamp.Write(part, [Path.Combine(part, Kernel), Path.Combine(part, Initrd), Path.Combine(part, Base)]);
            Settle(part, id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The image cannot be added to the store {layout.Root}");
        }
        finally
        {
            RemoveFolder(part);
        }

        return Open(id);
    }

    /// <summary>An image of the store.</summary>
    /// <exception cref="ImageException">It is missing, or its files are not what they were when it was added.</exception>
    public BaseImage Open(string id)
    {
        var folder = layout.Image(id);
        var (manifest, found) = ImageManifestReader.Read(folder);
        var image = new BaseImage(id, manifest, Path.Combine(folder, Kernel), Path.Combine(folder, Initrd), Path.Combine(folder, Base));
        var files = manifest.Files;
        if (found != id
            || LengthOf(image.KernelPath) != files.Kernel.StoredLength
            || LengthOf(image.InitrdPath) != files.Initrd.StoredLength
            || LengthOf(image.BasePath) != files.Base.StoredLength
            || !ImageStamp.Holds(folder, [(image.KernelPath, files.Kernel.StoredSha256), (image.InitrdPath, files.Initrd.StoredSha256), (image.BasePath, files.Base.StoredSha256)]))
        {
            throw new ImageException(SandboxErrorCode.ImageMissing, $"The store's image {folder} is damaged: its files have changed since it was added.") { Path = folder, Advice = "Remove its folder; the image is added again when the next machine is made of it." };
        }

        return image;
    }

    /// <summary>Notes that an image was asked for now; what notes it is the time of its folder.</summary>
    public void Touch(string id, DateTimeOffset now)
    {
        try
        {
            Directory.SetLastWriteTimeUtc(layout.Image(id), now.UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only pruning looks at it.
        }
    }

    /// <summary>When it was last asked for.</summary>
    public DateTimeOffset TouchedAt(string id) => Directory.GetLastWriteTimeUtc(layout.Image(id));

    /// <summary>Removes an image. Renamed first, so that nobody finds half of one; what a crash leaves then is swept as a part.</summary>
    public void Remove(string id)
    {
        var part = Path.Combine(layout.Images, PartPrefix + Path.GetRandomFileName());
        try
        {
            Directory.Move(layout.Image(id), part);
        }
        catch (DirectoryNotFoundException)
        {
            return;
        }

        RemoveFolder(part);
    }

    /// <summary>Removes what a process left that was killed while it added an image: parts in which nothing was written since a moment.</summary>
    public void Sweep(DateTimeOffset unwrittenSince)
    {
        foreach (var part in Directory.EnumerateDirectories(layout.Images, PartPrefix + "*"))
        {
            try
            {
                if (new DirectoryInfo(part).EnumerateFiles().Select(static file => file.LastWriteTimeUtc).Append(Directory.GetLastWriteTimeUtc(part)).Max() < unwrittenSince)
                {
                    RemoveFolder(part);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process sweeps it, or it stays until the next time.
            }
        }
    }

    private void Settle(string part, string id)
    {
        try
        {
            Directory.Move(part, layout.Image(id));
            files.FlushFolder(layout.Images);
        }
        catch (IOException) when (Directory.Exists(layout.Image(id)))
        {
            // Another process was quicker; its bytes are the same by their hash.
        }
    }

    private static async Task CopyAsync(string folder, ImageFile file, string target, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, file.Name);
        var packed = file.UncompressedLength is not null;
        var (length, hash) = packed ? (file.UncompressedLength!.Value, file.UncompressedSha256!) : (file.Length, file.Sha256);
        try
        {
            var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            await using var sourceScope = source.ConfigureAwait(false);
            if (source.Length != file.Length)
            {
                throw Damaged(path);
            }

            Stream content = packed ? new BrotliStream(source, CompressionMode.Decompress) : source;
            await using var contentScope = content.ConfigureAwait(false);
            var destination = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            await using var destinationScope = destination.ConfigureAwait(false);
            if (await CopyAsync(content, destination, length, cancellationToken).ConfigureAwait(false) != hash)
            {
                throw Damaged(path);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ImageException(SandboxErrorCode.ImageMissing, $"The image's file {path} is missing.", e) { Path = path };
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            throw Damaged(path);
        }
    }

    /// <summary>Copies at most <paramref name="length"/> bytes and one more, which spoils the hash: a small file cannot unpack to a large one.</summary>
    private static async Task<string> CopyAsync(Stream source, Stream destination, long length, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        var left = length + 1;
        int read;
        while (left > 0 && (read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            left -= read;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static ImageException Damaged(string path) =>
        new(SandboxErrorCode.ImageMalformed, $"The image's file {path} is damaged: it has other bytes than its manifest says.") { Path = path, Advice = "Fetch or make the image again." };

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : -1;

    private static void RemoveFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            foreach (var file in Directory.EnumerateFiles(folder))
            {
                File.SetAttributes(file, FileAttributes.Normal);
            }

            Directory.Delete(folder, recursive: true);
        }
    }
}
