using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DesktopGrid.VmSandbox.Tests.Imports.Oci;

/// <summary>An OCI image of a few files, in any of its forms.</summary>
internal sealed class SampleOci
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly JsonArray _manifests = [];

    /// <summary>The files, by their paths.</summary>
    public IDictionary<string, byte[]> Files => _files;

    /// <summary>An image with these layers, the lowest first.</summary>
    public static SampleOci Layout(params byte[][] layers) => new SampleOci().Add(layers);

    /// <summary>The same as docker save wrote it before there were layouts.</summary>
    public static SampleOci DockerSave(params byte[][] layers)
    {
        var image = new SampleOci();
        var config = Encoding.UTF8.GetBytes(Config(layers, "amd64").ToJsonString());
        image._files[$"{Hash(config)}.json"] = config;
        var names = layers.Select(static (layer, number) => $"{number:D64}/layer.tar").ToList();
        for (var number = 0; number < layers.Length; number++)
        {
            image._files[names[number]] = layers[number];
        }

        image._files["manifest.json"] = JsonSerializer.SerializeToUtf8Bytes(new JsonArray(new JsonObject
        {
            ["Config"] = $"{Hash(config)}.json",
            ["RepoTags"] = new JsonArray("sample:latest"),
            ["Layers"] = new JsonArray([.. names.Select(static name => (JsonNode)name)]),
        }));
        return image;
    }

    /// <summary>Adds an image to the layout.</summary>
    public SampleOci Add(byte[][] layers, string architecture = "amd64", string? name = null, bool tellsPlatform = true, Action<JsonObject>? alter = null)
    {
        var config = Config([.. layers.Select(Unpack)], architecture);
        alter?.Invoke(config);
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["config"] = Blob(Encoding.UTF8.GetBytes(config.ToJsonString())),
            ["layers"] = new JsonArray([.. layers.Select(Blob)]),
        };
        var descriptor = Blob(Encoding.UTF8.GetBytes(manifest.ToJsonString()));
        descriptor["mediaType"] = "application/vnd.oci.image.manifest.v1+json";
        if (tellsPlatform)
        {
            descriptor["platform"] = new JsonObject { ["architecture"] = architecture, ["os"] = "linux" };
        }

        if (name is not null)
        {
            descriptor["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = name };
        }

        _manifests.Add(descriptor);
        _files["oci-layout"] = """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray();
        _files["index.json"] = Encoding.UTF8.GetBytes(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = _manifests.DeepClone() }.ToJsonString());
        return this;
    }

    /// <summary>Puts the index into another one, as images for several systems have it.</summary>
    public SampleOci Nest()
    {
        var descriptor = Blob(_files["index.json"]);
        descriptor["mediaType"] = "application/vnd.oci.image.index.v1+json";
        _files["index.json"] = Encoding.UTF8.GetBytes(new JsonObject { ["manifests"] = new JsonArray(descriptor) }.ToJsonString());
        return this;
    }

    public byte[] Archive()
    {
        var tar = new TarBytes();
        foreach (var (path, bytes) in _files)
        {
            tar.Entry('0', path, bytes);
        }

        return tar.Whole();
    }

    public string Folder(string folder)
    {
        foreach (var (path, bytes) in _files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
        }

        return folder;
    }

    private static JsonObject Config(byte[][] layers, string architecture) => new()
    {
        ["architecture"] = architecture,
        ["os"] = "linux",
        ["config"] = new JsonObject
        {
            ["Env"] = new JsonArray("PATH=/bin:/usr/bin", "LANG=C.UTF-8"),
            ["Entrypoint"] = new JsonArray("/bin/tool"),
            ["Cmd"] = new JsonArray("--help"),
            ["WorkingDir"] = "/srv",
        },
        ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. layers.Select(static layer => (JsonNode)$"sha256:{Hash(layer)}")]) },
    };

    private JsonObject Blob(byte[] bytes)
    {
        _files[$"blobs/sha256/{Hash(bytes)}"] = bytes;
        return new JsonObject { ["digest"] = $"sha256:{Hash(bytes)}", ["size"] = bytes.Length };
    }

    private static byte[] Unpack(byte[] layer)
    {
        if (layer is not [0x1F, 0x8B, ..])
        {
            return layer;
        }

        using var buffer = new MemoryStream();
        using var stream = new System.IO.Compression.GZipStream(new MemoryStream(layer), System.IO.Compression.CompressionMode.Decompress);
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
