using System.Text.Json.Serialization;

namespace DesktopGrid.VmSandbox.Images;

/// <summary>What <c>manifest.json</c> says of a guest image. Written by <c>build/guest.sh</c>.</summary>
internal sealed record ImageManifest
{
    /// <summary>The version of this form.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }
    /// <summary>The image's name, such as <c>tiny</c>.</summary>
    public required string Name { get; init; }
    /// <summary>The version of the guest protocol that its daemon speaks.</summary>
    public required int Protocol { get; init; }
    /// <summary>The processor, such as <c>x86_64</c>.</summary>
    public required string Architecture { get; init; }
    /// <summary>The kernel's version, such as <c>6.1.0-56-cloud-amd64</c>: for people who ask which it is. Nothing here reads it; the hashes decide.</summary>
    public required string KernelRelease { get; init; }
    public required string KernelCommandLine { get; init; }
    /// <summary>The least RAM in MiB with which it boots.</summary>
    [JsonPropertyName("minimumMemoryMiB")]
    public required int MinimumMemoryMiB { get; init; }
    public required ImageFiles Files { get; init; }
}

/// <summary>The files of an image.</summary>
internal sealed record ImageFiles(ImageFile Kernel, ImageFile Initrd, ImageFile Base);

/// <summary>One file of an image.</summary>
/// <param name="Name">Its name in the image's folder; no path.</param>
/// <param name="Sha256">Its hash, 64 lower-case hexadecimal digits.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="UncompressedLength">Of a file that ends in <c>.br</c>: its bytes when unpacked.</param>
/// <param name="UncompressedSha256">Likewise its hash.</param>
/// <param name="Format">Of a disk: <c>qcow2</c> or <c>raw</c>.</param>
/// <param name="VirtualSize">Of a disk: the bytes that the guest sees.</param>
internal sealed record ImageFile(
    string Name,
    string Sha256,
    long Length,
    long? UncompressedLength = null,
    string? UncompressedSha256 = null,
    string? Format = null,
    long? VirtualSize = null)
{
    /// <summary>Its bytes in the store, where it lies unpacked: QEMU would unpack again for every machine what it reads.</summary>
    [JsonIgnore]
    public long StoredLength => UncompressedLength ?? Length;

    /// <summary>The hash of what lies in the store.</summary>
    [JsonIgnore]
    public string StoredSha256 => UncompressedSha256 ?? Sha256;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 8)]
[JsonSerializable(typeof(ImageManifest))]
internal sealed partial class ImageJsonContext : JsonSerializerContext;
