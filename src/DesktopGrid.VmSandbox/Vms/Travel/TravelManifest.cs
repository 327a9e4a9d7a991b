using System.Text.Json.Serialization;

namespace DesktopGrid.VmSandbox.Vms.Travel;

/// <summary>
/// What a checkpoint that travels says of itself. Nothing of the host where it was taken is in it: no path, no user, no id, no label; a base
/// image is named by its hash, which is the same everywhere.
/// </summary>
internal sealed record TravelManifest
{
    /// <summary>The checkpoint's name.</summary>
    public required string Name { get; init; }
    /// <summary>When it was taken.</summary>
    public required DateTimeOffset TakenAt { get; init; }
    /// <summary>The base image's hash.</summary>
    public required string Image { get; init; }
    /// <summary>The layers of its machine, the lowest first; they do not travel with it either.</summary>
    public IReadOnlyList<TravelLayer> Layers { get; init; } = [];
    [JsonPropertyName("memoryMiB")]
    public required int MemoryMiB { get; init; }
    public required int VirtualCpus { get; init; }
    public required string MachineType { get; init; }
    public required string CpuModel { get; init; }
    public required string Accelerator { get; init; }
    /// <summary>Which QEMU wrote the state. Another may read it.</summary>
    public required string QemuVersion { get; init; }
    /// <summary>Bytes of the state when unpacked.</summary>
    public required long StateBytes { get; init; }
    /// <summary>Bytes of the disk that the guest sees.</summary>
    public required long DiskBytes { get; init; }
    /// <summary>QEMU's stream, compressed with zstd.</summary>
    public required TravelPart State { get; init; }
    /// <summary>What the disk has beyond its base: a qcow2 overlay.</summary>
    public required TravelPart Disk { get; init; }
}

/// <summary>One layer.</summary>
/// <param name="Id">Its hash, the same everywhere.</param>
/// <param name="Name">What it was called.</param>
internal sealed record TravelLayer(string Id, string Name);

/// <summary>One part of the file.</summary>
/// <param name="Length">Its bytes.</param>
/// <param name="Sha256">Its hash, 64 lower-case hexadecimal digits.</param>
internal sealed record TravelPart(long Length, string Sha256);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 4)]
[JsonSerializable(typeof(TravelManifest))]
internal sealed partial class TravelJsonContext : JsonSerializerContext;
