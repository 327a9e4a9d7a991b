using System.Text;
using DesktopGrid.VmSandbox.Boinc.SharedMemory;
using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Boinc.GuestBridge;

/// <summary>
/// Stands between the client and an application that is linked with the BOINC API and runs in the guest: carries what the one says to the other. Suspend,
/// quit and abort are not carried: the machine as a whole obeys them, and the application need not know.
/// </summary>
/// <param name="session">The guest.</param>
/// <param name="trickles">Trickles and uploads between guest and slot.</param>
/// <param name="initData">Makes the guest's <c>init_data.xml</c> anew.</param>
internal sealed class ApiBridge(ISandboxSession session, TrickleBridge trickles, Func<string> initData)
{
    private bool? _isNetworkAllowed;

    /// <summary>The last that the application has said of itself; null before the first.</summary>
    public GuestAppStatus? Status { get; private set; }

    /// <summary>Takes a message of the guest.</summary>
    /// <exception cref="SandboxException">The guest does not answer, or the slot cannot be written.</exception>
    public async Task HearGuestAsync(GuestMessage message, CancellationToken cancellationToken)
    {
        switch (BridgeChannels.Of(message))
        {
            case ClientChannel.AppStatus:
                Status = GuestAppStatus.Parse(message.Value);
                break;
            case ClientChannel.TrickleUp:
                await trickles.FromGuestAsync(cancellationToken).ConfigureAwait(false);
                break;
            default:
                // Addresses of pages inside the guest, and replies that no client reads.
                break;
        }
    }

    /// <summary>Takes a word of the client.</summary>
    /// <exception cref="SandboxException">The guest does not answer, or a file of the client's is damaged.</exception>
    public async Task HearClientAsync(ClientWord word, CancellationToken cancellationToken)
    {
        switch (word)
        {
            case ClientWord.RereadInitData:
                await session.PutTextAsync(Slots.SlotFiles.InitData, initData(), cancellationToken: cancellationToken).ConfigureAwait(false);
                await SendAsync(ClientChannel.ProcessControlRequest, "<reread_app_info/>\n", cancellationToken).ConfigureAwait(false);
                break;
            case ClientWord.TrickleDown when await trickles.DownAsync(cancellationToken).ConfigureAwait(false):
                await SendAsync(ClientChannel.TrickleDown, "<have_trickle_down/>\n", cancellationToken).ConfigureAwait(false);
                break;
            case ClientWord.UploadStatus when await trickles.UploadStatusAsync(cancellationToken).ConfigureAwait(false):
                await SendAsync(ClientChannel.TrickleDown, "<upload_file_status/>\n", cancellationToken).ConfigureAwait(false);
                break;
            default:
                break;
        }
    }

    /// <summary>A program begins: its channels are new, and what waited for it is carried.</summary>
    /// <exception cref="SandboxException">The guest does not answer.</exception>
    public Task BeginAsync(Heartbeat? heartbeat, CancellationToken cancellationToken)
    {
        _isNetworkAllowed = null;
        return BeatAsync(heartbeat, cancellationToken);
    }

    /// <summary>Carries the heartbeat: the guest's daemon repeats the last one, so that only a change goes over.</summary>
    public async Task BeatAsync(Heartbeat? heartbeat, CancellationToken cancellationToken)
    {
        await trickles.RetryAsync(cancellationToken).ConfigureAwait(false);
        var isAllowed = heartbeat?.IsNetworkAllowed ?? true;
        if (_isNetworkAllowed != isAllowed)
        {
            await SendAsync(ClientChannel.Heartbeat, isAllowed ? "<heartbeat/>\n" : "<heartbeat/>\n<network_suspended/>\n", cancellationToken).ConfigureAwait(false);
            _isNetworkAllowed = isAllowed;
        }
    }

    private Task SendAsync(ClientChannel channel, string text, CancellationToken cancellationToken) =>
        session.MessageToGuestAsync(BridgeChannels.KeyOf(channel), Encoding.UTF8.GetBytes(text), cancellationToken);
}
