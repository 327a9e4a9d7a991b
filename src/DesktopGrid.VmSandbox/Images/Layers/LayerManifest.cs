using System.Text.Json.Serialization;

namespace DesktopGrid.VmSandbox.Images.Layers;

/// <summary>What <c>manifest.json</c> says of a layer. Written by an import into the store, never by a stranger.</summary>
internal sealed record LayerManifest
{
    /// <summary>The version of this form.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }
    /// <summary>The layer's name, such as <c>numpy</c>.</summary>
    public required string Name { get; init; }
    public required LayerKind Kind { get; init; }
    /// <summary>The processor of its programs, such as <c>x86_64</c>.</summary>
    public required string Architecture { get; init; }
    public required LayerVolume Disk { get; init; }
    /// <summary>What an OCI image says of how its programs are started; null for a layer of another origin.</summary>
    public LayerProgram? Program { get; init; }
}

/// <summary>A layer's disk.</summary>
/// <param name="Format"><c>raw</c> or <c>qcow2</c>.</param>
/// <param name="FileSystem">By the kernel's name for it: <c>iso9660</c>, <c>ext4</c>.</param>
/// <param name="Partition">The number of the partition that holds it, from 1; 0 where it takes the whole disk.</param>
/// <param name="Length">Bytes of the disk's file.</param>
/// <param name="VirtualSize">Bytes that the guest sees.</param>
/// <param name="Sha256">The file's hash, 64 lower-case hexadecimal digits.</param>
internal sealed record LayerVolume(string Format, string FileSystem, int Partition, long Length, long VirtualSize, string Sha256);

/// <summary>How the programs of an OCI image want to be started.</summary>
internal sealed record LayerProgram
{
    /// <summary>Variables that a task has unless it sets them itself.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The program and its first arguments.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>The arguments behind them, or the program where there is no entrypoint.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Where it is started; null for no wish.</summary>
    public string? WorkingDirectory { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 8)]
[JsonSerializable(typeof(LayerManifest))]
internal sealed partial class LayerJsonContext : JsonSerializerContext;
