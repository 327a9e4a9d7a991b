using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;

namespace DesktopGrid.VmSandbox.Vms.Migration;

/// <summary>Gives a saved state to a QEMU that was started for it. Its virtual CPUs stand afterwards.</summary>
internal static class StateTarget
{
    /// <summary>Loads the state.</summary>
    /// <param name="monitor">The QEMU.</param>
    /// <param name="endpoint">Through which socket the stream goes.</param>
    /// <param name="pour">Writes the stream whole.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up; the QEMU is of no use then.</param>
    /// <exception cref="QmpException">QEMU refused the state, or is gone.</exception>
    public static async Task LoadAsync(QmpClient monitor, LocalEndpoint endpoint, Func<Stream, CancellationToken, Task> pour, TimeProvider time, CancellationToken cancellationToken)
    {
        var watch = new MigrationWatch(monitor);
        await using var watchScope = watch.ConfigureAwait(false);
        await monitor.ExecuteAsync(MigrationCommands.SwitchOn(MigrationNames.Events), cancellationToken).ConfigureAwait(false);
        await monitor.ExecuteAsync(MigrationCommands.ReceiveAt(endpoint.Path), cancellationToken).ConfigureAwait(false);
        var reaching = watch.UntilAsync(static status => status == MigrationNames.Completed, cancellationToken);
        IOException? broken = null;
        var stream = await endpoint.ConnectAsync(time, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                await pour(stream, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                // A QEMU that refuses what it reads closes the socket: its own word is the cause to tell.
                broken = e;
            }
        }

        if (await reaching.ConfigureAwait(false) != MigrationNames.Completed)
        {
            throw new QmpException(SandboxErrorCode.MonitorCommandFailed, "QEMU could not load the machine's saved state.", broken);
        }
    }
}
