using System.Security.Cryptography;
using System.Text.Json;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Images.Layers;

/// <summary>A layer's manifest in its folder; its hash is the layer's id.</summary>
internal static class LayerManifestFile
{
    public const string Name = "manifest.json";

    /// <summary>The only processor whose programs run.</summary>
    public const string Architecture = "x86_64";

    /// <summary>The file systems that the guest's kernel mounts.</summary>
    public static readonly IReadOnlyList<string> FileSystems = ["iso9660", "ext2", "ext3", "ext4"];

    private const int MaxBytes = 2 * 1024 * 1024, MaxNameLength = 64, MaxPartition = 128;

    /// <summary>Writes it.</summary>
    /// <returns>The id.</returns>
    public static string Write(string folder, LayerManifest manifest)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, LayerJsonContext.Default.LayerManifest);
        File.WriteAllBytes(Path.Combine(folder, Name), bytes);
        return IdOf(bytes);
    }

    /// <exception cref="ImageException">There is none, or it does not hold together.</exception>
    public static (LayerManifest Manifest, string Id) Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw Fault(path, "it is too long");
            }

            var bytes = File.ReadAllBytes(path);
            var manifest = JsonSerializer.Deserialize(bytes, LayerJsonContext.Default.LayerManifest) ?? throw Fault(path, "it is empty");
            Check(path, manifest);
            return (manifest, IdOf(bytes));
        }
        catch (JsonException e)
        {
            throw Fault(path, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageException(SandboxErrorCode.ImageMissing, $"There is no layer in {folder}: {e.Message}", e) { Path = folder, Advice = "Import it again." };
        }
    }

    /// <summary>Whether a layer can be called so.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxNameLength && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static void Check(string path, LayerManifest manifest)
    {
        var disk = manifest.Disk;
        Require(manifest.Format == LayerManifest.CurrentFormat, $"format {manifest.Format} is unknown");
        Require(IsName(manifest.Name), "its name is not made of letters, digits, - _ and .");
        Require(Enum.IsDefined(manifest.Kind), "its kind is unknown");
        Require(manifest.Architecture == Architecture, $"its processor is {TextTail.Clean(manifest.Architecture)}, not {Architecture}");
        Require(disk.Format is "raw" or "qcow2", "its disk is neither raw nor qcow2");
        Require(FileSystems.Contains(disk.FileSystem), "its file system is none that a guest mounts");
        Require(disk.Partition is >= 0 and <= MaxPartition, "its partition has an impossible number");
        Require(disk.Length > 0 && disk.VirtualSize is > 0 and <= Qcow2Header.MaxVirtualSize, "its disk has an impossible length");
        Require(disk.Sha256.Length == 64 && disk.Sha256.All(char.IsAsciiHexDigitLower), "its disk has no SHA-256");

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                throw Fault(path, fault);
            }
        }
    }

    private static string IdOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static ImageException Fault(string path, string fault, Exception? inner = null) =>
        new(SandboxErrorCode.ImageMalformed, $"The layer's manifest {path} is wrong: {fault}.", inner) { Path = path };
}
