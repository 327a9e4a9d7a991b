using System.Globalization;
using System.Text;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>A route with its query.</summary>
internal static class GuestUri
{
    public static Uri Of(string route, params ReadOnlySpan<(string Name, object? Value)> query)
    {
        var text = new StringBuilder(route);
        var separator = '?';
        foreach (var (name, value) in query)
        {
            if (value is not null)
            {
                text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(Convert.ToString(value, CultureInfo.InvariantCulture)!));
                separator = '&';
            }
        }

        return new Uri(text.ToString(), UriKind.Relative);
    }
}
