using Microsoft.AspNetCore.Http;

namespace DesktopGrid.VmSandbox.Boinc.Control.Page;

/// <summary>The page's three files, which lie in this assembly.</summary>
internal sealed class PageAssets
{
    private readonly Dictionary<string, (string Type, byte[] Bytes)> _files = new(StringComparer.Ordinal)
    {
        [""] = ("text/html; charset=utf-8", Read("page.html")),
        ["page.css"] = ("text/css; charset=utf-8", Read("page.css")),
        ["page.js"] = ("text/javascript; charset=utf-8", Read("page.js")),
    };

    /// <summary>Whether there was such a file, and it was sent.</summary>
    public async Task<bool> TrySendAsync(HttpContext context, string name)
    {
        if (!_files.TryGetValue(name, out var file))
        {
            return false;
        }

        context.Response.ContentType = file.Type;
        context.Response.ContentLength = file.Bytes.Length;
        await context.Response.Body.WriteAsync(file.Bytes, context.RequestAborted).ConfigureAwait(false);
        return true;
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream($"Page/{name}") ?? throw new InvalidOperationException($"The page's {name} is not in the assembly.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
