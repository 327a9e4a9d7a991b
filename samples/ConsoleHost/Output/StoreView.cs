using System.Globalization;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.Stores;
using Spectre.Console;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>What a store has and takes on the disk, for people or as the record that it is for scripts.</summary>
internal static class StoreView
{
    public static void Write(StoreUsage usage, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(usage, ConsoleJsonContext.Default.StoreUsage);
            return;
        }

        WriteItems(usage.Items, screen);
        screen.Line($"{Kibibytes(usage.Bytes)} in all");
    }

    public static void Write(StorePruned pruned, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(pruned, ConsoleJsonContext.Default.StorePruned);
            return;
        }

        WriteItems(pruned.Removed, screen);
        screen.Line($"{Kibibytes(pruned.BytesLeft)} left");
    }

    /// <summary>What was added: its hash, which a script goes on with.</summary>
    public static void Write(StoredImage image, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(image, ConsoleJsonContext.Default.StoredImage);
        }
        else
        {
            screen.Line(image.Id);
        }
    }

    public static void Write(IReadOnlyList<StoredImage> images, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(images, ConsoleJsonContext.Default.IReadOnlyListStoredImage);
            return;
        }

        var table = new Table().Border(TableBorder.None).AddColumns("ID", "NAME", "KIND", "FILE SYSTEM", "ON DISK", "MACHINES", "ADDED");
        foreach (var image in images)
        {
            table.AddRow(
                new Text(image.Id[..12]),
                new Text(Printable.Line(image.Name)),
                new Text(image.Fault is not null ? "damaged" : image.Kind is { } kind ? kind.ToString().ToLowerInvariant() : "base"),
                new Text(image.FileSystem ?? ""),
                new Text(Kibibytes(image.Bytes)),
                new Text(image.Machines.ToString(CultureInfo.InvariantCulture)),
                new Text(image.AddedAt.ToString("u", CultureInfo.InvariantCulture)));
        }

        screen.Out.Write(table);
    }

    private static void WriteItems(IReadOnlyList<StoreItem> items, Screen screen)
    {
        if (items.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.None).AddColumns("KIND", "ID", "NAME", "MACHINE", "ON DISK", "LAST USED", "IN USE");
        foreach (var item in items)
        {
            table.AddRow(
                new Text(item.Kind.ToString()),
                new Text(item.Id.Length > 12 ? item.Id[..12] : item.Id),
                new Text(Printable.Line(item.Name ?? "")),
                new Text(item.Machine ?? ""),
                new Text(Kibibytes(item.Bytes)),
                new Text(item.UsedAt.ToString("u", CultureInfo.InvariantCulture)),
                new Text(item.IsInUse ? "yes" : "no"));
        }

        screen.Out.Write(table);
    }

    private static string Kibibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(bytes + 1023) / 1024} KiB");
}
