using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;

namespace DesktopGrid.VmSandbox.IntegrationTests.PowerCuts;

/// <summary>What a disk may hold after a cut of the power, from which stores are built.</summary>
/// <param name="At">When it came.</param>
/// <param name="Promised">What was reported as durable before.</param>
/// <param name="Live">The names that the store had.</param>
/// <param name="Durable">The names that a disk must have.</param>
/// <param name="Contents">What files must have in them, by their keys.</param>
/// <param name="Catalog">The catalog's files as they were.</param>
/// <param name="DurableCatalog">And as of the last transaction that was to be durable.</param>
internal sealed record Cut(string At, IReadOnlyList<Promise> Promised, IReadOnlyDictionary<string, Entry> Live, IReadOnlyDictionary<string, Entry> Durable, IReadOnlyDictionary<string, string> Contents, string Catalog, string DurableCatalog)
{
    /// <summary>The four corners of what may happen: names and rows since the last sync arrive, or do not; bytes of files never do.</summary>
    public static readonly (bool Names, bool Rows)[] Corners = [(false, false), (true, false), (false, true), (true, true)];

    /// <summary>Builds a store.</summary>
    /// <param name="store">Its folder, which there is not yet.</param>
    /// <param name="hasNames">Whether names that were not synced have arrived, and those that were removed have gone.</param>
    /// <param name="hasRows">Whether the last transactions have.</param>
    public async Task BuildAsync(string store, bool hasNames, bool hasRows)
    {
        var script = new StringBuilder("set -e\n");
        var names = hasNames ? Live : Durable;
        script.Append(CultureInfo.InvariantCulture, $"mkdir -m 700 '{store}'\n");
        foreach (var (name, _) in names.Where(static name => name.Value.IsFolder).OrderBy(static name => name.Key, StringComparer.Ordinal))
        {
            script.Append(CultureInfo.InvariantCulture, $"mkdir -m 700 '{store}/{name}'\n");
        }

        foreach (var (name, file) in names.Where(static name => !name.Value.IsFolder && !WeakDisk.IsCatalog(name.Key)))
        {
            // Nobody writes to a state or an image in place.
            var isFixed = name.EndsWith(".state", StringComparison.Ordinal) || name.StartsWith("images/", StringComparison.Ordinal);
            script.Append(Contents.TryGetValue(file.Key, out var blob)
                ? $"cp {(isFixed ? "-l" : "--sparse=always --preserve=mode,timestamps")} '{blob}' '{store}/{name}'\n"
                : $": > '{store}/{name}'\n");
        }

        script.Append(CultureInfo.InvariantCulture, $"cp '{(hasRows ? Catalog : DurableCatalog)}'/* '{store}'\n");
        var path = store + ".sh";
        await File.WriteAllTextAsync(path, script.ToString());
        await GuestProgram.RunOnHostAsync("/bin/sh", path);
        File.Delete(path);
    }

    public override string ToString() => At;
}
