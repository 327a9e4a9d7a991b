using System.Security.Cryptography;
using System.Text.Json;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Images;

/// <summary>Reads a manifest and refuses one that does not hold together; its hash is the image's id.</summary>
internal static class ImageManifestReader
{
    public const string FileName = "manifest.json";

    private const int MaxBytes = 64 * 1024;
    private const long MaxFileBytes = 64L << 30;

    public static (ImageManifest Manifest, string Id) Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw Fault(path, "it is too long");
            }

            var bytes = File.ReadAllBytes(path);
            var manifest = JsonSerializer.Deserialize(bytes, ImageJsonContext.Default.ImageManifest) ?? throw Fault(path, "it is empty");
            Check(path, manifest);
            return (manifest, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
        catch (JsonException e)
        {
            throw Fault(path, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageException(SandboxErrorCode.ImageMissing, $"There is no guest image in {folder}: {e.Message}", e) { Path = folder, Advice = "Make one with build/guest.sh, or reference the package DesktopGrid.VmSandbox.Guest." };
        }
    }

    private static void Check(string path, ImageManifest manifest)
    {
        Require(manifest.Format == ImageManifest.CurrentFormat, $"format {manifest.Format} is unknown");
        Require(manifest.Protocol == ProtocolVersion.Current, $"its daemon speaks version {manifest.Protocol} of the protocol, this library version {ProtocolVersion.Current}");
        Require(manifest.Architecture == "x86_64", $"its processor is {manifest.Architecture}, not x86_64");
        Require(manifest.Name.Length is > 0 and <= 64 && manifest.Name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'), "its name is not made of letters, digits, - _ and .");
        Require(!manifest.KernelCommandLine.Any(char.IsControl), "its kernel line holds control characters");
        foreach (var file in (ImageFile[])[manifest.Files.Kernel, manifest.Files.Initrd, manifest.Files.Base])
        {
            Require(file.Name.Length > 0 && Path.GetFileName(file.Name) == file.Name && file.Name is not ("." or "..") && !file.Name.Any(char.IsControl), $"\"{TextTail.Clean(file.Name)}\" is no plain file name");
            Require(file.Length is > 0 and <= MaxFileBytes && file.UncompressedLength is null or (> 0 and <= MaxFileBytes), $"{file.Name} has an impossible length");
            Require(IsHash(file.Sha256) && (file.UncompressedSha256 is null || IsHash(file.UncompressedSha256)), $"{file.Name} has no SHA-256");
            Require(!file.Name.EndsWith(".br", StringComparison.Ordinal) || (file.UncompressedLength is not null && file.UncompressedSha256 is not null), $"{file.Name} does not say what is in it");
        }

        Require(manifest.Files.Base is { Format: "qcow2", VirtualSize: > 0 and <= Qcow2Header.MaxVirtualSize }, "its disk is no qcow2 of a possible size");

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                throw Fault(path, fault);
            }
        }
    }

    private static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    private static ImageException Fault(string path, string fault, Exception? inner = null) =>
        new(SandboxErrorCode.ImageMalformed, $"The image's manifest {path} is wrong: {fault}.", inner) { Path = path };
}
