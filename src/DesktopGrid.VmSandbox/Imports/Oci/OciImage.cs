namespace DesktopGrid.VmSandbox.Imports.Oci;

/// <summary>The image that was chosen, with its layers, the lowest first.</summary>
internal sealed record OciImage(OciConfig Config, IReadOnlyList<OciLayer> Layers)
{
    /// <summary>So many layers may an image have; Docker makes at most 127.</summary>
    public const int MaxLayers = 512;

    private const string Architecture = "amd64", System = "linux";

    /// <summary>Whether programs of a platform run in a guest.</summary>
    public static bool Runs(string? architecture, string? os) => architecture == Architecture && os == System;

    /// <summary>Puts an image together.</summary>
    /// <param name="source">What it is called in a failure.</param>
    /// <param name="config">What it says of itself.</param>
    /// <param name="layers">Where its layers lie, and the hash of each as it lies there, where it is known.</param>
    /// <exception cref="Images.ImageException">It does not hold together, or does not run here.</exception>
    public static OciImage Of(string source, OciConfig config, IReadOnlyList<(string Path, string? Hash)> layers)
    {
        if (!Runs(config.Architecture, config.Os))
        {
            throw Foreign(source, [$"{config.Os}/{config.Architecture}"]);
        }

        var hashes = config.Rootfs?.DiffIds ?? [];
        if (layers.Count == 0 || layers.Count > MaxLayers || hashes.Count != layers.Count)
        {
            throw ImportFault.Malformed(source, $"it has {layers.Count} layers, and {hashes.Count} hashes of them");
        }

        return new OciImage(config, [.. layers.Select((layer, number) => new OciLayer(layer.Path, layer.Hash, OciDigest.Parse(source, hashes[number])))]);
    }

    /// <summary>The refusal of an image for other systems.</summary>
    public static Images.ImageException Foreign(string source, IEnumerable<string> platforms) =>
        ImportFault.Unsuitable(source, $"it is for {string.Join(", ", platforms.Distinct().Take(8).Select(ImportFault.Quote))}, and only {System}/{Architecture} runs", $"Take the one for {System}/{Architecture}, as with docker pull --platform {System}/{Architecture}.");

    /// <summary>The refusal to choose among several.</summary>
    public static Images.ImageException Ambiguous(string source, IEnumerable<string> names) =>
        ImportFault.Unsuitable(source, $"it holds several images, or none of the name that was asked for: {string.Join(", ", names.Distinct().Take(8).Select(ImportFault.Quote))}", "Say which one by its name (LayerImport.Reference).");
}

/// <summary>One layer of an image.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Hash">The hash of its bytes as they lie there; null where nobody promises it.</param>
/// <param name="UnpackedHash">The hash of its archive, unpacked.</param>
internal sealed record OciLayer(string Path, string? Hash, string UnpackedHash);
