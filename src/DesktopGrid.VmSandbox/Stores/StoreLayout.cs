using DesktopGrid.VmSandbox.Platform;

namespace DesktopGrid.VmSandbox.Stores;

/// <summary>
/// Every path of a store, once:
/// <code>
/// catalog.db            what exists
/// images/HASH/          base images, read-only
/// machines/ID/          one machine: root.qcow2, lock
/// logs/ID.jsonl         one machine's log
/// </code>
/// </summary>
internal sealed class StoreLayout(string root)
{
    /// <summary>The store's folder, absolute.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    public string Catalog => Path.Combine(Root, "catalog.db");

    public string Images => Path.Combine(Root, "images");

    public string Machines => Path.Combine(Root, "machines");

    public string Logs => Path.Combine(Root, "logs");

    public string Image(string id) => Path.Combine(Images, id);

    public string Machine(string id) => Path.Combine(Machines, id);

    public string Overlay(string id) => Path.Combine(Machine(id), "root.qcow2");

    public string Lock(string id) => Path.Combine(Machine(id), "lock");

    public string Log(string id) => Path.Combine(Logs, id + ".jsonl");

    /// <summary>Makes the folders and proves that one can write there.</summary>
    /// <exception cref="PlatformException">One cannot.</exception>
    public void Prepare()
    {
        try
        {
            foreach (var folder in (string[])[Root, Images, Machines, Logs])
            {
                Directory.CreateDirectory(folder);
            }

            var probe = Path.Combine(Root, Path.GetRandomFileName());
            File.WriteAllBytes(probe, [1]);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The store {Root} cannot be written");
        }
    }
}
