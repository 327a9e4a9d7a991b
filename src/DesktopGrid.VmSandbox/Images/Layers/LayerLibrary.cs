using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Images.Layers;

/// <summary>The store's layers under their names.</summary>
internal sealed class LayerLibrary(LayerStore store, LayerTable table, TimeProvider time)
{
    /// <summary>A layer by name, hash or beginning of a hash; of several of one name the newest.</summary>
    /// <exception cref="ImageException">There is none, or it is damaged.</exception>
    public Layer Resolve(string nameOrHash) => TryResolve(nameOrHash)
        ?? throw new ImageException(SandboxErrorCode.ImageMissing, $"The store has no layer \"{TextTail.Clean(nameOrHash)}\".") { Advice = Known() };

    /// <summary>As <see cref="Resolve"/>; null where there is none.</summary>
    /// <exception cref="ImageException">It is damaged.</exception>
    public Layer? TryResolve(string nameOrHash)
    {
        var found = table.All().FirstOrDefault(row => row.Name == nameOrHash || IsBeginning(nameOrHash, row.Id));
        if (found is null)
        {
            return null;
        }

        var layer = store.Open(found.Id);
        store.Touch(layer.Id, time.GetUtcNow());
        return layer;
    }

    /// <summary>A layer that a machine was made with.</summary>
    public Layer Open(string id) => store.Open(id);

    /// <summary>A folder in which a layer is made.</summary>
    public LayerDraft Begin() => store.Begin();

    /// <summary>Makes a layer of a draft whose disk is whole, and gives it its name.</summary>
    public Layer Add(LayerDraft draft, LayerManifest manifest)
    {
        var layer = store.Settle(draft, manifest);
        table.Add(new LayerRow(layer.Id, manifest.Name, time.GetUtcNow()));
        return layer;
    }

    /// <summary>All of them, newest first.</summary>
    public IReadOnlyList<LayerRow> All() => table.All();

    /// <summary>Its name; the beginning of its hash where the catalog has forgotten it.</summary>
    public string NameOf(string id) => table.All().FirstOrDefault(row => row.Id == id)?.Name ?? id[..Math.Min(12, id.Length)];

    /// <summary>Removes a layer that no machine has; false where there is one, or may be just being made. Its name goes first.</summary>
    /// <param name="id">Which.</param>
    /// <param name="unusedSince">Whoever has asked for it since then may be just making a machine with it.</param>
    public bool RemoveUnused(string id, DateTimeOffset unusedSince)
    {
        if (store.TouchedAt(id) > unusedSince || !table.RemoveUnused(id))
        {
            return false;
        }

        store.Remove(id);
        return true;
    }

    /// <summary>Removes what processes left that were killed while they made a layer.</summary>
    public void Sweep() => store.Sweep();

    private string Known() => table.All().Select(static row => row.Name).Distinct().ToList() is { Count: > 0 } names ? $"It has: {string.Join(", ", names)}." : "It has none; import one first.";

    // Shorter ones would hit by chance.
    private static bool IsBeginning(string text, string id) => text.Length >= 8 && id.StartsWith(text, StringComparison.Ordinal);
}
