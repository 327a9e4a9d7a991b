namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>The version of the guest protocol. Host and guest refuse each other unless it is equal.</summary>
public static class ProtocolVersion
{
    /// <summary>The version that this assembly speaks. Raised by every change that the other side would notice.</summary>
    public const int Current = 3;

    /// <summary>The response header in which the daemon states its version on every answer.</summary>
    public const string Header = "X-VmSandbox-Protocol";
}
