using System.Text.Json.Serialization;

namespace DesktopGrid.VmSandbox.Imports.Oci;

/// <summary>Names a blob (OCI image specification, descriptor.md).</summary>
internal sealed record OciDescriptor(string? MediaType, string? Digest, long Size, OciPlatform? Platform, IReadOnlyDictionary<string, string>? Annotations);

/// <summary>For which system an image is.</summary>
internal sealed record OciPlatform(string? Architecture, string? Os);

/// <summary>Several images (image-index.md).</summary>
internal sealed record OciIndex(IReadOnlyList<OciDescriptor>? Manifests);

/// <summary>One image (manifest.md).</summary>
internal sealed record OciManifest(OciDescriptor? Config, IReadOnlyList<OciDescriptor>? Layers);

/// <summary>What an image says of itself (config.md).</summary>
internal sealed record OciConfig(string? Architecture, string? Os, OciExecution? Config, OciRootFs? Rootfs);

/// <summary>How its programs are started. The only names of this form that begin with capitals.</summary>
internal sealed record OciExecution(
    [property: JsonPropertyName("Env")] IReadOnlyList<string>? Env,
    [property: JsonPropertyName("Entrypoint")] IReadOnlyList<string>? Entrypoint,
    [property: JsonPropertyName("Cmd")] IReadOnlyList<string>? Cmd,
    [property: JsonPropertyName("WorkingDir")] string? WorkingDir);

/// <summary>The hashes of its layers, unpacked, the lowest first.</summary>
internal sealed record OciRootFs([property: JsonPropertyName("diff_ids")] IReadOnlyList<string>? DiffIds);

/// <summary>An image in what docker save writes: paths in the archive.</summary>
internal sealed record DockerImage(
    [property: JsonPropertyName("Config")] string? Config,
    [property: JsonPropertyName("RepoTags")] IReadOnlyList<string>? RepoTags,
    [property: JsonPropertyName("Layers")] IReadOnlyList<string>? Layers);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 32)]
[JsonSerializable(typeof(OciIndex))]
[JsonSerializable(typeof(OciManifest))]
[JsonSerializable(typeof(OciConfig))]
[JsonSerializable(typeof(IReadOnlyList<DockerImage>))]
internal sealed partial class OciJsonContext : JsonSerializerContext;
