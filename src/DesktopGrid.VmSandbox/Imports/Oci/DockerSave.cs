namespace DesktopGrid.VmSandbox.Imports.Oci;

/// <summary>Finds the image in what <c>docker save</c> wrote before it wrote OCI layouts, and still writes beside them.</summary>
internal static class DockerSave
{
    private const string Manifest = "manifest.json";

    /// <summary>Whether the files are of this form.</summary>
    public static bool Is(IImageFiles files) => files.Has(Manifest);

    /// <exception cref="Images.ImageException">There is none, none that runs here, or several.</exception>
    public static async Task<OciImage> FindAsync(IImageFiles files, string? reference, CancellationToken cancellationToken)
    {
        var images = await OciReading.ReadAsync(files, Manifest, null, OciJsonContext.Default.IReadOnlyListDockerImage, cancellationToken).ConfigureAwait(false);
        var found = images.Where(image => image is not null && (reference is null || image.RepoTags?.Contains(reference) == true)).ToList();
        if (found is not [{ Config: { } config, Layers: { } layers }])
        {
            throw found.Count == 1 ? ImportFault.Malformed(files.Source, $"its document {ImportFault.Quote(Manifest)} is none") : OciImage.Ambiguous(files.Source, images.SelectMany(static image => image?.RepoTags ?? []));
        }

        return OciImage.Of(
            files.Source,
            await OciReading.ReadAsync(files, config, OciDigest.PromisedBy(config), OciJsonContext.Default.OciConfig, cancellationToken).ConfigureAwait(false),
            [.. layers.Select(static layer => (layer ?? "", OciDigest.PromisedBy(layer ?? "")))]);
    }
}
