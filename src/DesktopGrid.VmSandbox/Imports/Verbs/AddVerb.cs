namespace DesktopGrid.VmSandbox.Imports.Verbs;

/// <summary>add: a base image of a folder.</summary>
internal static class AddVerb
{
    public static async Task<StoredImage> RunAsync(ImportServices services, string folder, CancellationToken cancellationToken)
    {
        await services.DemandRoom(0, cancellationToken).ConfigureAwait(false);
        var image = await services.Images.AddAsync(Path.GetFullPath(folder), cancellationToken).ConfigureAwait(false);
        ImportLog.Added(services.Logger, image.Manifest.Name, image.Id);
        return ListVerb.Run(services, cancellationToken).First(it => it.Id == image.Id);
    }
}
