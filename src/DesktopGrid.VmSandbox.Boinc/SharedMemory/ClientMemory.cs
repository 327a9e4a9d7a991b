using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Boinc.Slots;

namespace DesktopGrid.VmSandbox.Boinc.SharedMemory;

/// <summary>Finds the memory that the client shares with this task.</summary>
internal static class ClientMemory
{
    /// <summary>Opens it: a file in the slot, a System V segment for app versions that name no API version, or a named mapping on Windows.</summary>
    /// <exception cref="BoincException">It is not there, or too short.</exception>
    public static ClientChannels Open(string slot, AppInitData data) => new(
        data.SharedMemoryName is { } name ? NamedMapping.Open(name, ChannelLayout.TotalBytes)
        : data.SharedMemoryKey == -1 ? MappedFile.Open(Path.Combine(slot, SlotFiles.SharedMemory), ChannelLayout.TotalBytes)
        : SystemVSegment.Open(data.SharedMemoryKey, ChannelLayout.TotalBytes));
}
