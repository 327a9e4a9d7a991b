using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <inheritdoc />
internal sealed class HttpGuestLinkFactory(SessionOptions options) : IGuestLinkFactory
{
    public IGuestLink Connect(VmId machine, IReadOnlyList<SerialPort> ports, IReadOnlyDictionary<string, string> variables, bool isFresh, TimeProvider time, CancellationToken machineEnded) =>
        new HttpGuestLink(machine, ports, isFresh, options, time, machineEnded, variables);
}
