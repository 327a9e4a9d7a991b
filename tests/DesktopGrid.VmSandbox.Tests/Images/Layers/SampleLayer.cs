using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Images.Layers;

namespace DesktopGrid.VmSandbox.Tests.Images.Layers;

/// <summary>A layer of a few bytes, whole by its manifest, that nobody can mount.</summary>
internal static class SampleLayer
{
    /// <summary>Makes one in a store.</summary>
    public static Layer AddTo(LayerLibrary library, string name = "sample", LayerKind kind = LayerKind.Addition)
    {
        using var draft = library.Begin();
        File.WriteAllBytes(draft.DiskPath, new byte[4096]);
        return library.Add(draft, Manifest(draft.DiskPath, name, kind));
    }

    /// <summary>What is to be said of a disk as it is.</summary>
    public static LayerManifest Manifest(string disk, string name = "sample", LayerKind kind = LayerKind.Addition)
    {
        var bytes = File.ReadAllBytes(disk);
        return new LayerManifest
        {
            Format = LayerManifest.CurrentFormat,
            Name = name,
            Kind = kind,
            Architecture = LayerManifestFile.Architecture,
            Disk = new LayerVolume("raw", "iso9660", 0, bytes.Length, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))),
        };
    }
}
