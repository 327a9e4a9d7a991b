using System.Text.Json;
using DesktopGrid.VmSandbox.Boinc.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>
/// Offers the client the volunteer's page, where one is served: its address stands in a file of the client's directory. It is the address for looking only;
/// whoever may talk to the client learns it.
/// </summary>
internal sealed class PageOffer(BoincTask task, string dataDirectory)
{
    private const string FileName = "vmsandbox_page.json";
    private const int MostBytes = 4096;
    private const int Looks = 10;

    private string? _offered;

    /// <summary>Looks now and then.</summary>
    public void Offer(int look)
    {
        if (look % Looks == 0 && Address() is { } address && address.AbsoluteUri != _offered)
        {
            _offered = address.AbsoluteUri;
            task.OfferPage(address);
        }
    }

    private Uri? Address()
    {
        try
        {
            var file = new FileInfo(Path.Combine(dataDirectory, FileName));
            if (file is not { Exists: true, Length: <= MostBytes })
            {
                return null;
            }

            using var json = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            return json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty("url", out var url) && url.ValueKind is JsonValueKind.String
                && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var address) && address is { Scheme: "http", IsLoopback: true, AbsoluteUri.Length: < 512 } ? address : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
