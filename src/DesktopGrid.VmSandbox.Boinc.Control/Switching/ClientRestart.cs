using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Control.Platform;

namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>The client reads app_info.xml when it starts, and at no other time. It is never killed here.</summary>
internal sealed class ClientRestart(ClientDoor door)
{
    private static readonly string[] Units = ["/lib/systemd/system/boinc-client.service", "/usr/lib/systemd/system/boinc-client.service", "/etc/systemd/system/boinc-client.service"];

    /// <summary>What a person does to start it again.</summary>
    public static string Advice => Units.Any(File.Exists) ? "Restart the client: systemctl restart boinc-client"
        : HostKind.HasManagerClient ? "Restart the client: in the BOINC Manager choose Exit, let it stop the running tasks, and start it again."
        : "Restart the client: boinccmd --quit, then start it as you are used to.";

    /// <summary>Tells the client to quit where that is wanted, and says what is left to do.</summary>
    public async Task<string> AfterAsync(bool restart, CancellationToken cancellationToken)
    {
        var client = await door.TryOpenAsync(cancellationToken).ConfigureAwait(false);
        if (client is null)
        {
            return "The client does not run, or cannot be talked to; what was changed holds from its next start on.";
        }

        await using var _ = client.ConfigureAwait(false);
        if (!restart)
        {
            return Advice;
        }

        await client.QuitAsync(cancellationToken).ConfigureAwait(false);
        return "The client was told to quit; its tasks continue when it is started again, by systemctl start boinc-client or as you are used to.";
    }
}
