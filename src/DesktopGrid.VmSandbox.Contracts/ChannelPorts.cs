namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>
/// The virtio-serial ports, one HTTP/1.1 connection each, in lanes: a ping never waits behind a put, and a put never behind a wait for news.
/// In the guest a port appears as <c>/dev/virtio-ports/NAME</c>.
/// </summary>
public static class ChannelPorts
{
    /// <summary>Short requests: ping, start, stop, mkdir, messages.</summary>
    public static IReadOnlyList<string> Control { get; } = ["org.desktopgrid.control.0", "org.desktopgrid.control.1"];
    /// <summary>Bulk: put, get, ls, delete, output.</summary>
    public static IReadOnlyList<string> Data { get; } = ["org.desktopgrid.data.0", "org.desktopgrid.data.1", "org.desktopgrid.data.2"];
    /// <summary>The one request that waits for news of the task.</summary>
    public static IReadOnlyList<string> Watch { get; } = ["org.desktopgrid.watch.0"];
    /// <summary>All of them, in the order in which they are wired.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Control, .. Data, .. Watch];
}
