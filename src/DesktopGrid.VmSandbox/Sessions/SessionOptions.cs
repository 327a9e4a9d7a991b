namespace DesktopGrid.VmSandbox.Sessions;

/// <summary>Bounds of the talk with the guest.</summary>
public sealed class SessionOptions
{
    /// <summary>How long a short request may take: ping, start, mkdir, messages. Default 30 s, range 1 s to 10 min.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a transfer may stand still before it fails; the whole of it has no bound but the caller's token. Default 60 s, range 1 s to 1 h.
    /// A guest that trickles a byte a minute stays below no bound but the caller's.
    /// </summary>
    public TimeSpan TransferStallTimeout { get; set; } = TimeSpan.FromSeconds(60);
}
