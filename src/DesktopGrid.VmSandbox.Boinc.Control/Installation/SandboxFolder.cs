using System.Text.Json;
using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Installation;

/// <summary>The places in a project's folder that are ours.</summary>
/// <param name="Project">The project's folder.</param>
internal sealed record SandboxFolder(string Project)
{
    /// <summary>The name of our folder in a project's.</summary>
    public const string Name = SlotFiles.ProjectFolder;

    private const int LongestManifest = 4 * 1024 * 1024;

    public string Root => Path.Combine(Project, Name);

    public string Engine => Path.Combine(Root, "qemu");

    public string GuestImage => Path.Combine(Root, "guest");

    public string ManifestFile => Path.Combine(Root, "manifest.json");

    public string AppInfo => Path.Combine(Project, AppInfoWriter.FileName);

    /// <summary>The manifest; null where there is none.</summary>
    /// <exception cref="BoincException">It is there and cannot be read, or is not ours.</exception>
    public Manifest? ReadManifest()
    {
        if (!File.Exists(ManifestFile))
        {
            return null;
        }

        var bytes = BoundedFile.Read(ManifestFile, LongestManifest);
        try
        {
            if (JsonSerializer.Deserialize(bytes, ManifestJsonContext.Default.Manifest) is { Format: Manifest.CurrentFormat, ProjectUrl: not null, Versions: not null, Written: not null, Pins: not null } manifest
                && !manifest.Versions.Contains(null!) && manifest.Written.Concat(manifest.Pins).All(static file => file is { Sha256: not null } && IsPlain(file.Path)))
            {
                return manifest;
            }
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw Malformed(e);
        }

        throw Malformed(null);
    }

    // Whatever the file says, nothing outside of the project's folder is ever removed or read.
    private static bool IsPlain(string? name) => name is { Length: > 0 and < 256 } && name is not ("." or "..") && !name.Contains('/', StringComparison.Ordinal) && !name.Contains('\\', StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal);

    private BoincException Malformed(Exception? cause) => new(SandboxErrorCode.BoincFileMalformed, $"{ManifestFile} is not what vmsandbox writes.", cause) { Advice = "vmsandbox boinc disable --force takes everything away by its names." };
}
