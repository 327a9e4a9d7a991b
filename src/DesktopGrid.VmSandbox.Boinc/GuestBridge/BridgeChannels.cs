using DesktopGrid.VmSandbox.Boinc.SharedMemory;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Boinc.GuestBridge;

/// <summary>The client's shared memory as the guest's daemon bridges it.</summary>
internal static class BridgeChannels
{
    /// <summary>The file, and which channels are whose.</summary>
    public static ChannelFile File => new()
    {
        Path = SlotFiles.SharedMemory,
        Count = ChannelLayout.Count,
        Size = ChannelLayout.ChannelBytes,
        ToHost = [(int)ClientChannel.ProcessControlReply, (int)ClientChannel.GraphicsReply, (int)ClientChannel.AppStatus, (int)ClientChannel.TrickleUp],
        Repeated = [(int)ClientChannel.Heartbeat],
    };

    /// <summary>The channel that a message of the guest came through; null for any other message.</summary>
    public static ClientChannel? Of(GuestMessage message) => (ClientChannel?)ChannelFile.ChannelOf(message.Key);

    /// <summary>The key of a message that goes into a channel.</summary>
    public static string KeyOf(ClientChannel channel) => ChannelFile.KeyOf((int)channel);
}
