using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Images;

/// <summary>The store's images under their names, and the default image that comes with the application.</summary>
internal sealed class ImageLibrary(BaseImageStore store, ImageTable table, string? defaultFolder, TimeProvider time)
{
    /// <summary>An image by name, hash or beginning of a hash; null for the default one, which is added when it is first asked for.</summary>
    public async Task<BaseImage> ResolveAsync(string? nameOrHash, CancellationToken cancellationToken)
    {
        var image = await FindAsync(nameOrHash, cancellationToken).ConfigureAwait(false);
        store.Touch(image.Id, time.GetUtcNow());
        return image;
    }

    /// <summary>Adds a folder's image to the store.</summary>
    public async Task<BaseImage> AddAsync(string folder, CancellationToken cancellationToken)
    {
        var image = await store.AddAsync(folder, cancellationToken).ConfigureAwait(false);
        table.Add(new ImageRow(image.Id, image.Manifest.Name, time.GetUtcNow()));
        return image;
    }

    /// <summary>An image that a machine was made of.</summary>
    public BaseImage Open(string id) => store.Open(id);

    /// <summary>Removes what processes left that were killed while they added an image.</summary>
    public void Sweep(DateTimeOffset unwrittenSince) => store.Sweep(unwrittenSince);

    /// <summary>All of them, newest first.</summary>
    public IReadOnlyList<ImageRow> All() => table.All();

    /// <summary>Its name; the beginning of its hash where the catalog has forgotten it.</summary>
    public string NameOf(string id) => table.All().FirstOrDefault(row => row.Id == id)?.Name ?? id[..Math.Min(12, id.Length)];

    /// <summary>Removes an image that no machine was made of; false where there is one, or may be just being made. Its name goes first.</summary>
    /// <param name="id">Which.</param>
    /// <param name="unusedSince">Whoever has asked for it since then may be just making a machine of it.</param>
    public bool RemoveUnused(string id, DateTimeOffset unusedSince)
    {
        if (store.TouchedAt(id) > unusedSince || !table.RemoveUnused(id))
        {
            return false;
        }

        store.Remove(id);
        return true;
    }

    private async Task<BaseImage> FindAsync(string? nameOrHash, CancellationToken cancellationToken)
    {
        if (nameOrHash is null)
        {
            return await AddAsync(ImageLocator.Find(defaultFolder), cancellationToken).ConfigureAwait(false);
        }

        var found = table.All().FirstOrDefault(row => row.Name == nameOrHash || IsBeginning(nameOrHash, row.Id));
        if (found is not null)
        {
            return store.Open(found.Id);
        }

        // The default image may not have been asked for yet; its name is as good as any.
        var standard = await AddAsync(ImageLocator.Find(defaultFolder), cancellationToken).ConfigureAwait(false);
        return standard.Manifest.Name == nameOrHash || IsBeginning(nameOrHash, standard.Id)
            ? standard
            : throw new ImageException(SandboxErrorCode.ImageMissing, $"The store has no image \"{TextTail.Clean(nameOrHash)}\".") { Advice = $"It has: {string.Join(", ", table.All().Select(static row => row.Name).Distinct())}." };
    }

    // Shorter ones would hit by chance.
    private static bool IsBeginning(string text, string id) => text.Length >= 8 && id.StartsWith(text, StringComparison.Ordinal);
}
