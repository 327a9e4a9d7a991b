using System.Text.Json.Serialization;

namespace DesktopGrid.VmSandbox.Vms.Templates;

/// <summary>What <c>template.json</c> says: written last, so that a template without it is none.</summary>
internal sealed record TemplateManifest
{
    /// <summary>The state's bytes and their hash.</summary>
    public required TemplateFile State { get; init; }
    /// <summary>The disk's bytes and their hash.</summary>
    public required TemplateFile Disk { get; init; }
    /// <summary>Of which QEMU, for people; the key decides.</summary>
    public required string QemuVersion { get; init; }
    /// <summary>RAM in MiB, likewise.</summary>
    public required int MemoryMiB { get; init; }
    /// <summary>Virtual CPUs, likewise.</summary>
    public required int VirtualCpus { get; init; }
    /// <summary>The image's hash, likewise.</summary>
    public required string Image { get; init; }
}

/// <summary>One file of a template.</summary>
/// <param name="Length">Its bytes.</param>
/// <param name="Hash">Their XXH3 of 128 bits, 32 lower-case hexadecimal digits.</param>
internal sealed record TemplateFile(long Length, string Hash);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 4)]
[JsonSerializable(typeof(TemplateManifest))]
internal sealed partial class TemplateJsonContext : JsonSerializerContext;
