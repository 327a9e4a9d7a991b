namespace DesktopGrid.VmSandbox.Boinc.SharedMemory;

/// <summary>How the channels lie in memory (lib/app_ipc.h: MSG_CHANNEL_SIZE, and eight of them).</summary>
internal static class ChannelLayout
{
    /// <summary>Channels.</summary>
    public const int Count = 8;
    /// <summary>Bytes of each: byte 0 says whether it is full, then a text that ends with a zero.</summary>
    public const int ChannelBytes = 1024;
    /// <summary>Bytes of all.</summary>
    public const int TotalBytes = Count * ChannelBytes;
    /// <summary>The longest text in bytes.</summary>
    public const int MostTextBytes = ChannelBytes - 2;
}
