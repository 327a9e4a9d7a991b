using System.Text.Json;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.Slots;

/// <summary>Where the volunteer's page is, for the wrappers: a file of the client's data directory, for everybody to read. It has the address for looking only.</summary>
internal static class PageFile
{
    public const string Name = "vmsandbox_page.json";

    private const string Url = "url";
    private const int MostBytes = 4096, LongestUrl = 512;

    /// <summary>The content that names an address.</summary>
    public static byte[] Write(string url)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString(Url, url);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>The content that is there; null where there is none, or none of ours.</summary>
    public static byte[]? Content(string dataDirectory)
    {
        try
        {
            return BoundedFile.Read(Path.Combine(dataDirectory, Name), MostBytes);
        }
        catch (BoincException)
        {
            return null;
        }
    }

    /// <summary>The address, which is one of this computer; null where there is none.</summary>
    public static Uri? Read(string dataDirectory)
    {
        try
        {
            if (Content(dataDirectory) is not { } content)
            {
                return null;
            }

            using var json = JsonDocument.Parse(content);
            return json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty(Url, out var url) && url.ValueKind is JsonValueKind.String
                && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var address) && address is { Scheme: "http", IsLoopback: true, AbsoluteUri.Length: < LongestUrl } ? address : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text with half a surrogate pair.
            return null;
        }
    }
}
