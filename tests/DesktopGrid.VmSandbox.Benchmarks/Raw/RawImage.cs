using System.IO.Compression;
using System.Text.Json;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Images;

namespace DesktopGrid.VmSandbox.Benchmarks.Raw;

/// <summary>The guest image as someone would use it without the library: the same kernel and root, and an initial RAM disk with another first process.</summary>
/// <param name="Kernel">The uncompressed kernel.</param>
/// <param name="Initrd">The image's initial RAM disk with ours behind it.</param>
/// <param name="Base">The root disk.</param>
/// <param name="KernelLine">The kernel's line.</param>
internal sealed record RawImage(string Kernel, string Initrd, string Base, string KernelLine)
{
    private const string FirstProcess = "raw-init";

    /// <summary>The image's folder, as the library finds it.</summary>
    public static string SourceFolder => ImageLocator.Find(null);

    public static RawImage Prepare(BenchFolder folder)
    {
        var (source, target) = (SourceFolder, folder.New("raw-image"));
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(source, ImageManifestReader.FileName)));
        var files = manifest.RootElement.GetProperty("files");
        var image = new RawImage(
            Unpack(files, "kernel", source, target),
            Path.Combine(target, "initrd"),
            Unpack(files, "base", source, target),
            $"{manifest.RootElement.GetProperty("kernelCommandLine").GetString()} mitigations=off norandmaps rdinit=/{FirstProcess}");
        using var script = typeof(RawImage).Assembly.GetManifestResourceStream(FirstProcess)!;
        using var content = new MemoryStream();
        script.CopyTo(content);
        File.WriteAllBytes(image.Initrd, [.. File.ReadAllBytes(Path.Combine(source, "initrd")), .. CpioArchive.Of(FirstProcess, content.ToArray())]);
        return image;
    }

    private static string Unpack(JsonElement files, string part, string source, string target)
    {
        var name = files.GetProperty(part).GetProperty("name").GetString()!;
        var path = Path.Combine(target, part);
        using var file = File.OpenRead(Path.Combine(source, name));
        using Stream content = name.EndsWith(".br", StringComparison.Ordinal) ? new BrotliStream(file, CompressionMode.Decompress) : file;
        using var unpacked = File.Create(path);
        content.CopyTo(unpacked);
        return path;
    }
}
