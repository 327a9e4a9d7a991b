namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>The ceilings that both sides hold each other to. The host takes every byte of the guest for hostile.</summary>
public static class ProtocolLimits
{
    /// <summary>The longest path inside the work directory, in UTF-8 bytes (Linux: PATH_MAX less the work directory's own).</summary>
    public const int MaxPathBytes = 3800;
    /// <summary>The longest name of one file, in UTF-8 bytes (Linux: NAME_MAX).</summary>
    public const int MaxNameBytes = 255;
    /// <summary>The largest message to or from the program, in bytes.</summary>
    public const int MaxMessageBytes = 64 * 1024;
    /// <summary>The longest name of a message, in characters.</summary>
    public const int MaxMessageKeyLength = 64;
    /// <summary>How many messages to the host are kept in the guest; the oldest give way.</summary>
    public const int MaxMessagesKept = 1000;
    /// <summary>How many characters these messages may hold together: they lie in the memory of a guest that may have little.</summary>
    public const int MaxMessageCharactersKept = 4 * 1024 * 1024;
    /// <summary>The largest JSON answer that is not a listing, in bytes. 1000 messages come in several answers.</summary>
    public const int MaxJsonBytes = 1024 * 1024;
    /// <summary>The longest line of a listing, in bytes.</summary>
    public const int MaxListingLineBytes = 16 * 1024;
    /// <summary>The most entries that the host takes from one listing.</summary>
    public const int MaxListingEntries = 1_000_000;
    /// <summary>The longest that an answer may wait for news, in milliseconds.</summary>
    public const int MaxWaitMs = 30_000;
    /// <summary>What is kept of a task's standard output, and as much again of its standard error, in bytes, unless the start says otherwise.</summary>
    public const long DefaultOutputBytes = 64L * 1024 * 1024;
    /// <summary>The random bytes that a renewal brings, exactly: what the guest kernel's generator takes for a whole key.</summary>
    public const int EntropyBytes = 32;
    /// <summary>The longest request for files to be written to the output disk, in bytes of JSON; a host that has more to ask takes the files one by one.</summary>
    public const int MaxCollectBytes = 4 * 1024 * 1024;
    /// <summary>Command line and environment of a task together, in bytes.</summary>
    public const int MaxStartBytes = 1024 * 1024;
    /// <summary>The most channels of a <see cref="ChannelFile"/>.</summary>
    public const int MaxChannels = 16;
    /// <summary>The fewest bytes of each.</summary>
    public const int MinChannelBytes = 64;
    /// <summary>The most bytes of each.</summary>
    public const int MaxChannelBytes = 4096;
    /// <summary>How many texts of one channel are kept: to the program, more are refused; to the host, the channel's oldest gives way.</summary>
    public const int MaxChannelTexts = 16;
}
