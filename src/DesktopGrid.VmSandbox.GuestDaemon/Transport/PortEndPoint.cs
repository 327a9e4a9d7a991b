using System.Net;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>Where one port is: its name in the contract and its device file.</summary>
internal sealed class PortEndPoint(string name, string device) : EndPoint
{
    public string Name { get; } = name;

    public string Device { get; } = device;

    public override string ToString() => Name;
}
