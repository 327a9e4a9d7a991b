using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Running;
using DesktopGrid.VmSandbox.Vms.Templates;

namespace DesktopGrid.VmSandbox.Vms.Space;

/// <summary>Reads what a store takes, by its files and its catalog. Nothing is locked: what changes meanwhile is told as it was or as it is.</summary>
internal sealed class UsageReader(VmServices services)
{
    /// <summary>An image or a layer that was asked for so shortly ago may have a machine in a moment.</summary>
    public static readonly TimeSpan JustAsked = TimeSpan.FromMinutes(1);

    /// <summary>On a thread of the pool: no system walks folders without one.</summary>
    public Task<StoreUsage> ReadAsync(CancellationToken cancellationToken) => Task.Run(() => Read(cancellationToken), cancellationToken);

    private StoreUsage Read(CancellationToken cancellationToken)
    {
        var machines = services.Machines.All();
        var items = new List<StoreItem>();
        foreach (var item in Images(machines).Concat(Layers(machines)).Concat(Templates()).Concat(machines.SelectMany(Machine)).Concat(Logs(machines)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            items.Add(item);
        }

        items.Add(Item(StoreItemKind.Catalog, "catalog", [services.Layout.Catalog, services.Layout.Catalog + "-wal", services.Layout.Catalog + "-shm"], isInUse: true));
        return new StoreUsage { Items = [.. items.OrderBy(static item => item.UsedAt).ThenBy(static item => item.Id, StringComparer.Ordinal)] };
    }

    private IEnumerable<StoreItem> Images(IReadOnlyList<MachineRow> machines) => Folders(services.Layout.Images)
        .Select(folder => MadeOf(StoreItemKind.Image, folder, machines.Where(machine => machine.ImageId == Path.GetFileName(folder)), services.Images.NameOf));

    private IEnumerable<StoreItem> Layers(IReadOnlyList<MachineRow> machines) => Folders(services.Layout.Layers)
        .Select(folder => MadeOf(StoreItemKind.Layer, folder, machines.Where(machine => machine.Layers.Contains(Path.GetFileName(folder))), services.Layers.NameOf));

    private StoreItem MadeOf(StoreItemKind kind, string folder, IEnumerable<MachineRow> machines, Func<string, string> nameOf)
    {
        var id = Path.GetFileName(folder);
        var used = machines.Select(static machine => machine.CreatedAt).ToList();
        DateTimeOffset touched = Directory.GetLastWriteTimeUtc(folder);
        return Item(kind, id, ItemSizes.In(folder), used.Count > 0 || touched > services.Time.GetUtcNow() - JustAsked) with { Name = nameOf(id), UsedAt = used.Append(touched).Max() };
    }

    private IEnumerable<StoreItem> Templates() => TemplateStore.KeysIn(services.Layout).Select(key =>
    {
        var folder = services.Layout.Template(key);
        var item = Item(StoreItemKind.Template, key, ItemSizes.In(folder), TemplateStore.IsHeld(services, key));
        return Template.LastUse(folder) is { } used ? item with { UsedAt = used } : item;
    });

    private IEnumerable<StoreItem> Machine(MachineRow machine)
    {
        var checkpoints = services.Checkpoints.Of(machine.Id);
        var states = checkpoints.Select(checkpoint => services.Layout.Checkpoint(machine.Id, checkpoint.Id)).ToList();
        return checkpoints
            .Select((checkpoint, number) => Item(StoreItemKind.Checkpoint, checkpoint.Id, [states[number]], isInUse: number == 0) with { Name = checkpoint.Name, Machine = machine.Id, UsedAt = checkpoint.TakenAt })
            .Prepend(Item(StoreItemKind.Machine, machine.Id, ItemSizes.In(services.Layout.Machine(machine.Id)).Except(states), isInUse: true) with { Machine = machine.Id });
    }

    private IEnumerable<StoreItem> Logs(IReadOnlyList<MachineRow> machines) => ItemSizes.In(services.Layout.Logs)
        .GroupBy(static path => Path.GetFileName(path).Split('.')[0])
        .Select(log => Item(StoreItemKind.Log, log.Key, log, machines.Any(machine => machine.Id == log.Key)) with { Machine = log.Key });

    private StoreItem Item(StoreItemKind kind, string id, IEnumerable<string> files, bool isInUse)
    {
        var sizes = ItemSizes.Of(services.Platform.Files, files);
        return new StoreItem { Kind = kind, Id = id, Bytes = sizes.Bytes, Length = sizes.Length, UsedAt = sizes.WrittenAt, IsInUse = isInUse };
    }

    /// <summary>Those with a dot in front are just being made or removed.</summary>
    private static IEnumerable<string> Folders(string path) =>
        Directory.Exists(path) ? Directory.EnumerateDirectories(path).Where(static folder => !Path.GetFileName(folder).StartsWith('.')) : [];
}
