using System.Globalization;

namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>
/// A file in the task's work directory that the program maps into its memory and that the daemon bridges to messages: channels of one size, one behind
/// the other. The first byte of a channel is 0 while it is empty; behind it stands a text that ends with NUL. Who writes fills an empty channel, the text
/// first; who reads takes the text and empties it. BOINC's applications talk to their client so.
/// </summary>
/// <remarks>Properties with a default can be set, not only initialised: the JSON source generator would forget the defaults otherwise.</remarks>
public sealed record ChannelFile
{
    /// <summary>What the name of each message to or from a channel begins with; the channel's number follows.</summary>
    public const string KeyPrefix = "channel.";

    /// <summary>Where it is made, relative to the work directory. What has that name already is removed, unless it is a directory with something in it.</summary>
    public required string Path { get; init; }
    /// <summary>How many channels it has, 1 to <see cref="ProtocolLimits.MaxChannels"/>.</summary>
    public int Count { get; set; } = 8;
    /// <summary>Bytes of each, <see cref="ProtocolLimits.MinChannelBytes"/> to <see cref="ProtocolLimits.MaxChannelBytes"/>. A text has at most two fewer: the first byte and its NUL.</summary>
    public int Size { get; set; } = 1024;
    /// <summary>The channels that the program fills, from 0; the host fills the others.</summary>
    public IReadOnlyList<int> ToHost { get; set; } = [];
    /// <summary>The channels whose last text from the host is written again each second while they are empty, such as a heartbeat. Of these only the newest text waits.</summary>
    public IReadOnlyList<int> Repeated { get; set; } = [];

    /// <summary>The name of a message to or from a channel.</summary>
    /// <param name="channel">Its number, from 0.</param>
    /// <returns><c>channel.</c> and the number.</returns>
    public static string KeyOf(int channel) => string.Create(CultureInfo.InvariantCulture, $"{KeyPrefix}{channel}");

    /// <summary>The channel that a message's name speaks of.</summary>
    /// <param name="key">The name.</param>
    /// <returns>Its number, from 0; null where the name is not one of a channel.</returns>
    public static int? ChannelOf(string key) =>
        key.StartsWith(KeyPrefix, StringComparison.Ordinal)
        && int.TryParse(key.AsSpan(KeyPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var channel)
        && channel < ProtocolLimits.MaxChannels && key == KeyOf(channel)
            ? channel
            : null;

    /// <summary>Says what is wrong with it, its path apart, or null when nothing is.</summary>
    internal string? Fault() =>
        Count is < 1 or > ProtocolLimits.MaxChannels ? $"A file of channels has 1 to {ProtocolLimits.MaxChannels} of them, not {Count}."
        : Size is < ProtocolLimits.MinChannelBytes or > ProtocolLimits.MaxChannelBytes ? $"A channel has {ProtocolLimits.MinChannelBytes} to {ProtocolLimits.MaxChannelBytes} bytes, not {Size}."
        : ToHost.Concat(Repeated).Any(channel => channel < 0 || channel >= Count) ? $"A channel is named that the file does not have; they go from 0 to {Count - 1}."
        : ToHost.Intersect(Repeated).Any() ? "A channel that the program fills cannot be repeated to it."
        : null;
}
