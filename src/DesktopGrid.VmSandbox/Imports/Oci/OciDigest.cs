namespace DesktopGrid.VmSandbox.Imports.Oci;

/// <summary>The hash of a blob, as images write it: <c>sha256:</c> and 64 hexadecimal digits.</summary>
internal static class OciDigest
{
    private const string Prefix = "sha256:";
    private const int Digits = 64;

    /// <summary>Its hexadecimal digits.</summary>
    /// <exception cref="Images.ImageException">It is none, or of another kind.</exception>
    public static string Parse(string source, string? digest) =>
        digest is not null && digest.StartsWith(Prefix, StringComparison.Ordinal) && IsHash(digest[Prefix.Length..])
            ? digest[Prefix.Length..]
            : throw ImportFault.Malformed(source, $"{ImportFault.Quote(digest ?? "")} is no SHA-256 of a blob");

    /// <summary>Where a layout keeps a blob.</summary>
    public static string PathOf(string hash) => $"blobs/sha256/{hash}";

    /// <summary>The hash that a path promises by its last part, as the files of docker save are called; null where it promises none.</summary>
    public static string? PromisedBy(string path) => Path.GetFileNameWithoutExtension(path) is var name && IsHash(name) ? name : null;

    private static bool IsHash(string text) => text.Length == Digits && text.All(char.IsAsciiHexDigitLower);
}
