using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Imports;

/// <summary>Why something cannot be imported, in one form of words.</summary>
internal static class ImportFault
{
    private const int MostShown = 200;

    /// <summary>It is damaged, or not what it seems.</summary>
    public static ImageException Malformed(string path, string fault, Exception? cause = null) =>
        new(SandboxErrorCode.ImageMalformed, $"{path} is damaged: {fault}.", cause) { Path = path, Step = "import.read" };

    /// <summary>It asks for what is never allowed.</summary>
    public static ImageException Refused(string path, string fault) =>
        new(SandboxErrorCode.ImageRefused, $"{path} is refused: {fault}.") { Path = path, Step = "import.judge" };

    /// <summary>It is good, and of no use here.</summary>
    public static ImageException Unsuitable(string path, string fault, string advice) =>
        new(SandboxErrorCode.ImageUnsuitable, $"{path} cannot be used: {fault}.") { Path = path, Step = "import.judge", Advice = advice };

    /// <summary>It cannot be read.</summary>
    public static ImageException Unreadable(string path, Exception cause) =>
        new(SandboxErrorCode.ImageMissing, $"{path} cannot be read: {cause.Message}", cause) { Path = path, Step = "import.read", Advice = "Check the file and its rights." };

    /// <summary>A name from a stranger, fit to be shown.</summary>
    public static string Quote(string name) => $"\"{TextTail.Clean(name.Length > MostShown ? name[..MostShown] + "…" : name)}\"";
}
