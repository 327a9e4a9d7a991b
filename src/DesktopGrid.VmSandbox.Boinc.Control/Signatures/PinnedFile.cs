namespace DesktopGrid.VmSandbox.Boinc.Control.Signatures;

/// <summary>A file as it was when it was judged: since then nobody but us checks it.</summary>
/// <param name="Path">Its path in the project's folder, with "/".</param>
/// <param name="Length">Its length.</param>
/// <param name="Sha256">Its hash, 64 lower-case hexadecimal digits.</param>
internal sealed record PinnedFile(string Path, long Length, string Sha256);
