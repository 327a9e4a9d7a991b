using System.Net;
using Microsoft.AspNetCore.Connections;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>Gives Kestrel its listeners: one a port.</summary>
internal sealed class PortListenerFactory(BlockPool pool) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is PortEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new(new PortListener((PortEndPoint)endpoint, pool));
}
