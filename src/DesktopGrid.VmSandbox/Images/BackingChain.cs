using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Images;

/// <summary>Walks from an overlay to its base and sees to it that every step stays inside the store and comes to an end.</summary>
internal static class BackingChain
{
    private const int MaxDepth = 8;
    private static readonly string[] Formats = ["qcow2", "raw"];

    /// <summary>The files of the chain, the overlay first.</summary>
    /// <exception cref="ImageException">A file is missing, damaged, or leads where it must not.</exception>
    public static IReadOnlyList<string> Check(string overlay, string store)
    {
        var chain = new List<string>();
        var root = Path.GetFullPath(store) + Path.DirectorySeparatorChar;
        string? next = Path.GetFullPath(overlay);
        var format = "qcow2";
        while (next is not null)
        {
            Refuse(next, chain.Contains(next), "its backing chain is a circle");
            Refuse(next, chain.Count >= MaxDepth, "its backing chain is too long");
            Refuse(next, !next.StartsWith(root, StringComparison.Ordinal), "it lies outside the store");
            Refuse(next, new FileInfo(next).LinkTarget is not null, "it is a link");
            chain.Add(next);
            if (format == "raw")
            {
                return File.Exists(next) ? chain : throw new ImageException(SandboxErrorCode.ImageMissing, $"The image {next} is missing.") { Path = next };
            }

            var header = Qcow2Header.Read(next);
            (next, format) = (Follow(next, header), header.BackingFormat ?? "");
        }

        return chain;
    }

    private static string? Follow(string file, Qcow2Header header)
    {
        if (header.BackingFile is not { } name)
        {
            return null;
        }

        // "json:", "nbd:" and their like are instructions to QEMU, not files; a colon in a plain name would be taken for one.
        Refuse(file, name.Contains(':', StringComparison.Ordinal) && !Path.IsPathFullyQualified(name), $"its backing file \"{name}\" names a protocol");
        Refuse(file, !Formats.Contains(header.BackingFormat), "it does not name its backing file's format");
        return Path.GetFullPath(name, Path.GetDirectoryName(file)!);
    }

    private static void Refuse(string path, bool isFault, string fault)
    {
        if (isFault)
        {
            throw new ImageException(SandboxErrorCode.ImageRefused, $"The image {path} is refused: {fault}.") { Path = path };
        }
    }
}
