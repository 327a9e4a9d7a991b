using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Tests.Images;

/// <summary>A guest image of a few bytes, whole by its manifest, that nobody can boot.</summary>
internal sealed class SampleImage
{
    public SampleImage(string folder, string name = "sample", int kernelBytes = 1000)
    {
        Folder = Directory.CreateDirectory(folder).FullName;
        var kernel = Encoding.ASCII.GetBytes(new string('k', kernelBytes));
        File.WriteAllBytes(At("vmlinux.br"), Packed(kernel));
        File.WriteAllBytes(At("initrd"), "initial RAM disk"u8.ToArray());
        Qcow2Bytes.Base().WriteTo(At("base.qcow2"));
        Manifest = new JsonObject
        {
            ["format"] = 1,
            ["name"] = name,
            ["protocol"] = ProtocolVersion.Current,
            ["architecture"] = "x86_64",
            ["kernelRelease"] = "6.1.0",
            ["kernelCommandLine"] = "console=ttyS0",
            ["minimumMemoryMiB"] = 96,
            ["files"] = new JsonObject { ["kernel"] = Describe("vmlinux.br"), ["initrd"] = Describe("initrd"), ["base"] = Describe("base.qcow2") },
        };
        var packed = (JsonObject)Manifest["files"]!["kernel"]!;
        packed["uncompressedLength"] = kernel.Length;
        packed["uncompressedSha256"] = Hash(kernel);
        var disk = (JsonObject)Manifest["files"]!["base"]!;
        disk["format"] = "qcow2";
        disk["virtualSize"] = 1 << 30;
        Save();
    }

    public string Folder { get; }

    public JsonObject Manifest { get; }

    public string At(string name) => Path.Combine(Folder, name);

    /// <summary>Writes the manifest as it is now.</summary>
    public void Save() => File.WriteAllText(At("manifest.json"), Manifest.ToJsonString());

    /// <summary>Sets a member by its path, such as <c>files.base.length</c>, and writes the manifest.</summary>
    public SampleImage With(string path, JsonNode? value)
    {
        var names = path.Split('.');
        var parent = names[..^1].Aggregate((JsonNode)Manifest, static (node, name) => node[name]!);
        parent[names[^1]] = value;
        Save();
        return this;
    }

    /// <summary>Describes a file as it is now.</summary>
    public JsonObject Describe(string name) => new() { ["name"] = name, ["sha256"] = Hash(File.ReadAllBytes(At(name))), ["length"] = new FileInfo(At(name)).Length };

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Packed(byte[] bytes)
    {
        using var buffer = new MemoryStream();
        using (var packer = new BrotliStream(buffer, CompressionLevel.Fastest))
        {
            packer.Write(bytes);
        }

        return buffer.ToArray();
    }
}
