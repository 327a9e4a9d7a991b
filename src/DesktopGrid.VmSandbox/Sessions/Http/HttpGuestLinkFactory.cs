using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <inheritdoc />
internal sealed class HttpGuestLinkFactory(SessionOptions options, TimeProvider time) : IGuestLinkFactory
{
    public IGuestLink Connect(VmId machine, IReadOnlyList<SerialPort> ports, bool isFresh) => new HttpGuestLink(machine, ports, isFresh, options, time);
}
