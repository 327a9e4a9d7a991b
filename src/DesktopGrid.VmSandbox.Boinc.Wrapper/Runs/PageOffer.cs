using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>
/// Offers the client the volunteer's page, where one is served: its address stands in a file of the client's directory. It is the address for looking only;
/// whoever may talk to the client learns it.
/// </summary>
internal sealed class PageOffer(BoincTask task, string dataDirectory)
{
    private const int Looks = 10;

    private string? _offered;

    /// <summary>Looks now and then.</summary>
    public void Offer(int look)
    {
        if (look % Looks == 0 && PageFile.Read(dataDirectory) is { } address && address.AbsoluteUri != _offered)
        {
            _offered = address.AbsoluteUri;
            task.OfferPage(address);
        }
    }
}
