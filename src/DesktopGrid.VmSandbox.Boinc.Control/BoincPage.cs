using System.Globalization;
using System.Net;
using DesktopGrid.VmSandbox.Boinc.Control.Page;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;

namespace DesktopGrid.VmSandbox.Boinc.Control;

/// <summary>The checkbox as a page of this computer's own address: started when it is made, ended when it is disposed.</summary>
internal sealed class BoincPage : IAsyncDisposable
{
    private const long LongestRequest = 8192, MostConnections = 32;

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly WebApplication _server;
    private readonly PageActions _actions;
    private readonly PageNotice _notice;

    private BoincPage(WebApplication server, PageActions actions, PageNotice notice, string ownerUrl, string viewUrl, bool isPosted) =>
        (_server, _actions, _notice, OwnerUrl, ViewUrl, IsPosted) = (server, actions, notice, ownerUrl, viewUrl, isPosted);

    /// <summary>The volunteer's address.</summary>
    public string OwnerUrl { get; }

    /// <summary>The address for looking.</summary>
    public string ViewUrl { get; }

    /// <summary>Whether the wrappers can learn the address for looking.</summary>
    public bool IsPosted { get; }

    /// <summary>Serves the page.</summary>
    /// <param name="control">What it shows and does.</param>
    /// <param name="port">The port; 0 for one that is free.</param>
    /// <param name="time">Tells how old things are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BoincException">The port is taken.</exception>
    public static async Task<BoincPage> StartAsync(BoincControl control, int port, TimeProvider time, CancellationToken cancellationToken)
    {
        var secrets = PageSecrets.Create();
        var actions = new PageActions(control, time);
        var routes = new PageRoutes(secrets, actions, new SlotReader(control.DataFolder, time), new PageAssets());
        // Nothing of the environment or the current folder is read: an appsettings.json there is not ours.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Furnish(kestrel, port));
        var server = builder.Build();
        var bound = 0;
        server.Run(context => routes.AnswerAsync(context, bound));
        try
        {
            await server.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            actions.Dispose();
            await server.DisposeAsync().ConfigureAwait(false);
            throw new BoincException(SandboxErrorCode.BoincUnsupported, $"The page cannot be served: {e.Message}", e);
        }

        var address = server.Urls.First();
        bound = new Uri(address).Port;
        var root = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{bound}");
        var viewUrl = $"{root}/{PageRoutes.ViewPath}/{secrets.View}/";
        var notice = new PageNotice(control.DataFolder, viewUrl);
        return new BoincPage(server, actions, notice, $"{root}/{PageRoutes.OwnerPath}/{secrets.Owner}/", viewUrl, notice.TryPost());
    }

    /// <summary>Until it is told to end.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => _server.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _notice.Remove();
        using var patience = new CancellationTokenSource(Farewell, TimeProvider.System);
        await _server.StopAsync(patience.Token).ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        _actions.Dispose();
    }

    private static void Furnish(KestrelServerOptions kestrel, int port)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = LongestRequest;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Listen(IPAddress.Loopback, port);
    }
}
