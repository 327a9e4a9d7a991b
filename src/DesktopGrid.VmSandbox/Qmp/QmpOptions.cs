namespace DesktopGrid.VmSandbox.Qmp;

/// <summary>Bounds of one monitor connection.</summary>
internal sealed record QmpOptions
{
    /// <summary>How long greeting and capabilities may take.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>How long one command may take; an emulating QEMU holds its big lock for long moments.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>The longest message, in bytes. query-commands answers with some 30 KB, query-qmp-schema with 200.</summary>
    public int MaxFrameBytes { get; init; } = 4 * 1024 * 1024;
    /// <summary>How many events wait for a slow reader; older ones give way.</summary>
    public int EventCapacity { get; init; } = 256;
}
