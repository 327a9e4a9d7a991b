using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Vms.Checkpoints;

namespace DesktopGrid.VmSandbox.Vms.Travel;

/// <summary>What a manifest may say: whoever made the file is a stranger.</summary>
internal static class TravelManifestRules
{
    private const int MaxTextLength = 512;

    // A guest that changes memory all the time stands after twice its RAM was written, and the rest is at most once more.
    private const long Slack = 64L * 1024 * 1024;

    /// <summary>The first fault, as what follows "it"; null where there is none.</summary>
    public static string? Fault(this TravelManifest manifest)
    {
        var ram = manifest.MemoryMiB * 1024L * 1024;
        return manifest switch
        {
            _ when !CheckpointRecords.IsName(manifest.Name) => "names its checkpoint as none may be named",
            _ when !IsHash(manifest.Image) => "does not name its base image by a hash",
            _ when manifest.Layers.Count > LayerLine.MaxCount || !manifest.Layers.All(static layer => layer is not null && IsHash(layer.Id) && IsText(layer.Name)) => "does not name its layers by hashes",
            { MemoryMiB: < 64 or > 1_048_576 } => "asks for an impossible amount of memory",
            { VirtualCpus: < 1 or > 64 } => "asks for an impossible number of virtual CPUs",
            _ when !IsText(manifest.MachineType) || !IsText(manifest.CpuModel) || !IsText(manifest.QemuVersion) => "does not describe its machine",
            _ when !Enum.GetNames<Accelerator>().Contains(manifest.Accelerator) => "names an accelerator that there is not",
            _ when manifest.StateBytes <= 0 || manifest.StateBytes > CheckpointLimits.MostStateBytes(manifest.MemoryMiB) => "tells an impossible size of its state",
            _ when manifest.DiskBytes is <= 0 or > Images.Qcow2Header.MaxVirtualSize => "tells an impossible size of its disk",
            // What cannot be compressed becomes a little longer.
            _ when !IsPart(manifest.State, manifest.StateBytes + manifest.StateBytes / 16 + Slack) => "tells an impossible length of its state",
            _ when !IsPart(manifest.Disk, manifest.DiskBytes + manifest.DiskBytes / 16 + Slack) => "tells an impossible length of its disk",
            _ => null,
        };
    }

    private static bool IsPart(TravelPart part, long most) => part.Length > 0 && part.Length <= most && IsHash(part.Sha256);

    private static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    private static bool IsText(string text) => text.Length is > 0 and <= MaxTextLength && text.All(static letter => letter is >= ' ' and <= '~');
}
