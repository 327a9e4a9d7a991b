using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Qemu.Launching;

/// <summary>Comes to the monitor of a QEMU that is still making itself ready.</summary>
internal static class MonitorConnector
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Connects and is greeted. A connection that ends, or stays silent, before a word was said is made again: on a busy host QEMU was seen to lose the first one.
    /// Its death, or the caller's bound, ends the token.
    /// </summary>
    /// <exception cref="QmpException">What answers is no QEMU's monitor.</exception>
    public static async Task<QmpClient> OpenAsync(LocalEndpoint endpoint, QmpOptions options, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        while (true)
        {
            var stream = await endpoint.ConnectAsync(time, cancellationToken).ConfigureAwait(false);
            try
            {
                return await QmpClient.ConnectAsync(stream, options, time, logger, cancellationToken).ConfigureAwait(false);
            }
            catch (QmpException e) when (e.Code is SandboxErrorCode.MonitorDisconnected or SandboxErrorCode.MonitorTimeout)
            {
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
