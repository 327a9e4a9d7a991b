using Microsoft.AspNetCore.Http;

namespace DesktopGrid.VmSandbox.Boinc.Control.Page;

/// <summary>
/// What keeps other pages of the browser, and other programs' pages, out: nothing but this computer's own name for itself as host, no sharing with other
/// origins, no scripts but ours. There are no cookies: the secret in the address is all there is.
/// </summary>
internal static class PageGuard
{
    /// <summary>A header that no form and no foreign page can send without being asked first, which is refused.</summary>
    public const string OwnHeader = "X-VmSandbox";

    public static void SetHeaders(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    /// <summary>Whether the request was meant for this page by its own address: a foreign name that leads here (DNS rebinding) is none.</summary>
    public static bool IsMeant(HttpRequest request, int port) =>
        request.Host.Port == port && request.Host.Host is "127.0.0.1" or "localhost";

    /// <summary>Whether a change was asked for by our own script.</summary>
    public static bool IsOwnChange(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && request.Headers[OwnHeader] == "1" && request.ContentType == "application/json"
        && (request.Headers.Origin.Count == 0 || request.Headers.Origin == $"http://{request.Host.Value}");
}
