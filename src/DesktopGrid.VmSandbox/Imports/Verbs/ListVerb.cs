using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;

namespace DesktopGrid.VmSandbox.Imports.Verbs;

/// <summary>list: what machines can be made of.</summary>
internal static class ListVerb
{
    public static IReadOnlyList<StoredImage> Run(ImportServices services, CancellationToken cancellationToken)
    {
        var machines = services.Machines.All();
        var found = new List<StoredImage>();
        foreach (var row in services.Images.All())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var folder = services.Layout.Image(row.Id);
            var image = new StoredImage { Id = row.Id, Name = row.Name, AddedAt = row.AddedAt, Bytes = BytesOf(services, folder), Machines = machines.Count(machine => machine.ImageId == row.Id) };
            found.Add(Described(image, () => image with { Architecture = ImageManifestReader.Read(folder).Manifest.Architecture }));
        }

        foreach (var row in services.Layers.All())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var folder = services.Layout.Layer(row.Id);
            var layer = new StoredImage { Id = row.Id, Name = row.Name, Kind = LayerKind.Addition, AddedAt = row.AddedAt, Bytes = BytesOf(services, folder), Machines = machines.Count(machine => machine.Layers.Contains(row.Id)) };
            found.Add(Described(layer, () => LayerManifestFile.Read(folder).Manifest is var manifest ? layer with { Kind = manifest.Kind, Architecture = manifest.Architecture, FileSystem = manifest.Disk.FileSystem } : layer));
        }

        return found;
    }

    private static StoredImage Described(StoredImage image, Func<StoredImage> describe)
    {
        try
        {
            return describe();
        }
        catch (ImageException e)
        {
            return image with { Fault = e.Sentence };
        }
    }

    private static long BytesOf(ImportServices services, string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder).Sum(services.Files.AllocatedBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process is just removing it, or somebody has.
            return 0;
        }
    }
}
