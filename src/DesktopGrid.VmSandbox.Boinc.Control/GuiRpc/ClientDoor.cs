namespace DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;

/// <summary>Opens the talk with the client of a data folder.</summary>
/// <param name="dataFolder">The folder, in which the password is.</param>
/// <param name="endpoint">Where the client listens.</param>
/// <param name="time">Measures patience.</param>
internal sealed class ClientDoor(string dataFolder, GuiRpcEndpoint endpoint, TimeProvider time)
{
    /// <exception cref="BoincException">Nobody listens, or the password cannot be read or is another one.</exception>
    public async Task<GuiRpcClient> OpenAsync(CancellationToken cancellationToken)
    {
        var password = GuiRpcPassword.Read(dataFolder);
        var client = new GuiRpcClient(await GuiRpcConnection.OpenAsync(endpoint, time, cancellationToken).ConfigureAwait(false));
        try
        {
            await client.AuthorizeAsync(password, cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The talk, or null where the client does not run or cannot be talked to.</summary>
    public async Task<GuiRpcClient?> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (BoincException)
        {
            return null;
        }
    }
}
