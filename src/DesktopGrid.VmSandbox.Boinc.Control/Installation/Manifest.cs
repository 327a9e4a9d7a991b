using System.Text.Json.Serialization;
using DesktopGrid.VmSandbox.Boinc.Control.Signatures;

namespace DesktopGrid.VmSandbox.Boinc.Control.Installation;

/// <summary>What was put into a project's folder, so that all of it can be taken away again; and what was there and was judged.</summary>
internal sealed record Manifest
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;
    public required string ProjectUrl { get; init; }

    /// <summary>False while files are being written: what is found so was interrupted.</summary>
    public bool IsComplete { get; init; }

    /// <summary>When, and how many times slower than native the applications then run.</summary>
    public DateTimeOffset Enabled { get; init; }
    public double Factor { get; init; }

    /// <summary>Whether QEMU is in our folder; otherwise it is the system's.</summary>
    public bool HasBundle { get; init; }

    /// <summary>The versions that run in sandboxes, in words.</summary>
    public IReadOnlyList<string> Versions { get; init; } = [];

    /// <summary>Our files beside the project's own; those in our folder go with it.</summary>
    public IReadOnlyList<PinnedFile> Written { get; init; } = [];

    /// <summary>The project's files whose signatures were right.</summary>
    public IReadOnlyList<PinnedFile> Pins { get; init; } = [];
}

/// <summary>The manifest's and the unfinished switch's form on the disk.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, MaxDepth = 8)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJsonContext : JsonSerializerContext;
