namespace DesktopGrid.VmSandbox.Imports.Oci;

/// <summary>Finds the image in an OCI layout (image-layout.md): an index, perhaps of further indexes, of manifests for several systems.</summary>
internal sealed class OciLayout(IImageFiles files, string? reference)
{
    private const string Index = "index.json", Mark = "oci-layout";
    private const int MaxDepth = 4, MaxImages = 1_000, MaxIndexes = 100;

    private static readonly string[] _indexTypes = ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];
    // The tools write one or the other.
    private static readonly string[] _names = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];

    private readonly List<(OciDescriptor Manifest, string? Name)> _found = [];
    private int _seen;
    private int _indexes;

    /// <summary>Whether the files are a layout.</summary>
    public static bool Is(IImageFiles files) => files.Has(Mark) && files.Has(Index);

    /// <exception cref="Images.ImageException">There is none, none that runs here, or several.</exception>
    public async Task<OciImage> FindAsync(CancellationToken cancellationToken)
    {
        var index = await OciReading.ReadAsync(files, Index, null, OciJsonContext.Default.OciIndex, cancellationToken).ConfigureAwait(false);
        await WalkAsync(index, null, 0, cancellationToken).ConfigureAwait(false);
        var named = _found.Where(image => reference is null || IsMeant(image.Manifest, image.Name)).ToList();
        var runs = named.Where(static image => image.Manifest.Platform is not { } platform || OciImage.Runs(platform.Architecture, platform.Os)).DistinctBy(static image => image.Manifest.Digest).ToList();
        return runs switch
        {
            [var only] => await OpenAsync(only.Manifest, cancellationToken).ConfigureAwait(false),
            [] when named.Count > 0 => throw OciImage.Foreign(files.Source, named.Select(static image => $"{image.Manifest.Platform!.Os}/{image.Manifest.Platform.Architecture}")),
            _ => throw OciImage.Ambiguous(files.Source, _found.Select(static image => image.Name ?? image.Manifest.Digest ?? "")),
        };
    }

    private async Task WalkAsync(OciIndex index, string? name, int depth, CancellationToken cancellationToken)
    {
        foreach (var image in index.Manifests ?? [])
        {
            if (image is null || depth > MaxDepth || ++_seen > MaxImages)
            {
                throw ImportFault.Refused(files.Source, "its index is too deep, too long or empty in places");
            }

            var known = _names.Select(it => image.Annotations?.GetValueOrDefault(it)).FirstOrDefault(static it => it is not null) ?? name;
            if (_indexTypes.Contains(image.MediaType))
            {
                if (++_indexes > MaxIndexes)
                {
                    throw ImportFault.Refused(files.Source, $"it has more than {MaxIndexes} indexes");
                }

                var hash = OciDigest.Parse(files.Source, image.Digest);
                await WalkAsync(await OciReading.ReadAsync(files, OciDigest.PathOf(hash), hash, OciJsonContext.Default.OciIndex, cancellationToken).ConfigureAwait(false), known, depth + 1, cancellationToken).ConfigureAwait(false);
            }
            else if (image.Platform is not { Os: "unknown" })
            {
                // Beside images, builders put remarks about them, for an unknown system.
                _found.Add((image, known));
            }
        }
    }

    private bool IsMeant(OciDescriptor image, string? name) =>
        name == reference || (name is not null && name.EndsWith($"/{reference}", StringComparison.Ordinal)) || image.Digest == reference || image.Digest == $"sha256:{reference}";

    private async Task<OciImage> OpenAsync(OciDescriptor image, CancellationToken cancellationToken)
    {
        var hash = OciDigest.Parse(files.Source, image.Digest);
        var manifest = await OciReading.ReadAsync(files, OciDigest.PathOf(hash), hash, OciJsonContext.Default.OciManifest, cancellationToken).ConfigureAwait(false);
        var config = OciDigest.Parse(files.Source, manifest.Config?.Digest);
        return OciImage.Of(
            files.Source,
            await OciReading.ReadAsync(files, OciDigest.PathOf(config), config, OciJsonContext.Default.OciConfig, cancellationToken).ConfigureAwait(false),
            [.. (manifest.Layers ?? []).Select(layer => OciDigest.Parse(files.Source, layer?.Digest)).Select(static hash => (OciDigest.PathOf(hash), (string?)hash))]);
    }
}
