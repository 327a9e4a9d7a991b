using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Imports.Verbs;

/// <summary>remove: a base image or a layer that no machine is made of.</summary>
internal static class RemoveVerb
{
    private const int LeastDigits = 8;

    public static bool Run(ImportServices services, string nameOrHash)
    {
        var image = services.Images.All().Where(row => IsMeant(row.Id, row.Name)).Select(static row => (row.Id, row.Name, row.AddedAt, IsLayer: false))
            .Concat(services.Layers.All().Where(row => IsMeant(row.Id, row.Name)).Select(static row => (row.Id, row.Name, row.AddedAt, IsLayer: true)))
            .OrderByDescending(static it => it.AddedAt).FirstOrDefault();
        if (image.Id is null)
        {
            throw new ImageException(SandboxErrorCode.ImageMissing, $"The store has no image and no layer {ImportFault.Quote(nameOrHash)}.") { Advice = "Ask for the list of those that it has." };
        }

        // Whoever makes a machine of it at this moment is told by the catalog that it has gone.
        var isGone = image.IsLayer ? services.Layers.RemoveUnused(image.Id, DateTimeOffset.MaxValue) : services.Images.RemoveUnused(image.Id, DateTimeOffset.MaxValue);
        if (!isGone)
        {
            throw new ImageException(SandboxErrorCode.ImageInUse, $"The {(image.IsLayer ? "layer" : "image")} {image.Name} is needed by machines that are made of it.");
        }

        ImportLog.Removed(services.Logger, image.Name, image.Id);
        return true;

        bool IsMeant(string id, string name) => name == nameOrHash || (nameOrHash.Length >= LeastDigits && id.StartsWith(nameOrHash, StringComparison.Ordinal));
    }
}
