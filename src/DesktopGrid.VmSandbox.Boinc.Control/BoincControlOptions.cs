using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;

namespace DesktopGrid.VmSandbox.Boinc.Control;

/// <summary>Which client, and with what.</summary>
internal sealed record BoincControlOptions
{
    /// <summary>The client's data folder.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where the client listens.</summary>
    public GuiRpcEndpoint Endpoint { get; init; } = GuiRpcEndpoint.Default;

    /// <summary>Our wrapper; null for the one beside this program.</summary>
    public string? Wrapper { get; init; }

    /// <summary>How many times slower a sandbox is, where a person says it; null to measure.</summary>
    public double? Factor { get; init; }

    /// <summary>QEMU, guest image and store.</summary>
    public required SandboxHostOptions Host { get; init; }
}
