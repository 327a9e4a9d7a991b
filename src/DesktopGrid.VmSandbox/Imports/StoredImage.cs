using DesktopGrid.VmSandbox.Images.Layers;

namespace DesktopGrid.VmSandbox.Imports;

/// <summary>A base image or a layer in the store.</summary>
public sealed record StoredImage
{
    /// <summary>Its hash, 64 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What tasks see of a layer; null for a base image.</summary>
    public LayerKind? Kind { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>The processor of its programs, such as <c>x86_64</c>; null where it is damaged.</summary>
    public string? Architecture { get; init; }

    /// <summary>The file system of a layer, such as <c>iso9660</c>; null for a base image, and where it is damaged.</summary>
    public string? FileSystem { get; init; }

    /// <summary>Bytes that it takes on the disk.</summary>
    public required long Bytes { get; init; }

    /// <summary>How many machines are made of it.</summary>
    public required int Machines { get; init; }

    /// <summary>Why it cannot be used: its files have changed since it was added. Null where it can.</summary>
    public string? Fault { get; init; }
}
