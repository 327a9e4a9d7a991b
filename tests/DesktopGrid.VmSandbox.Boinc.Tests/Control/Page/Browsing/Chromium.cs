using System.Diagnostics;
using System.Text.Json;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Page.Browsing;

/// <summary>A Chromium without a window, spoken to by its DevTools protocol.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private readonly HttpClient _http;

    private Chromium(Process process, DirectoryInfo profile, int port) => (_process, _profile, _http) = (process, profile, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });

    public static async Task<Chromium> StartAsync(CancellationToken cancellationToken)
    {
        var profile = Directory.CreateTempSubdirectory("vmsandbox-chromium");
        // Its own sandbox wants rights that a test's user may not have; it opens our page and nothing else.
        var start = new ProcessStartInfo("chromium") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions", "--disable-background-networking", "--remote-debugging-port=0", $"--user-data-dir={profile.FullName}", "about:blank" })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["HOME"] = profile.FullName;
        var process = Process.Start(start) ?? throw new InvalidOperationException("chromium does not start.");
        process.ErrorDataReceived += static (_, _) => { };
        process.OutputDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return new Chromium(process, profile, await PortAsync(process, Path.Combine(profile.FullName, "DevToolsActivePort"), cancellationToken));
    }

    /// <summary>A new page at an address.</summary>
    public async Task<BrowserPage> OpenAsync(string address, CancellationToken cancellationToken)
    {
        using var reply = await _http.PutAsync("/json/new?about:blank", content: null, cancellationToken);
        using var target = JsonDocument.Parse(await reply.Content.ReadAsStringAsync(cancellationToken));
        var page = await BrowserPage.ConnectAsync(new Uri(target.RootElement.GetProperty("webSocketDebuggerUrl").GetString()!), cancellationToken);
        await page.GoAsync(address, cancellationToken);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // One of its processes may still write while it dies.
        }
    }

    private static async Task<int> PortAsync(Process process, string file, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < StartBound && !process.HasExited)
        {
            if (File.Exists(file) && (await File.ReadAllLinesAsync(file, cancellationToken)) is [var line, ..] && int.TryParse(line, out var port))
            {
                return port;
            }

            await Task.Delay(50, cancellationToken);
        }

        throw new InvalidOperationException("chromium does not say where it listens.");
    }
}
