using System.Text.Json;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;

namespace DesktopGrid.VmSandbox.GuestDaemon.Requests;

/// <summary>Leads a request to its endpoint and turns what goes wrong there into the contract's answer.</summary>
internal sealed class Router
{
    private readonly Dictionary<(string Method, string Path), RequestDelegate> _routes = [];

    public Router Map(string method, string path, RequestDelegate endpoint)
    {
        _routes.Add((method, path), endpoint);
        return this;
    }

    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers[ProtocolVersion.Header] = ProtocolVersion.Current.ToString(System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            if (!_routes.TryGetValue((context.Request.Method, context.Request.Path.Value ?? ""), out var endpoint))
            {
                throw new RequestException(GuestErrorCode.NotFound, $"There is no {context.Request.Method} {context.Request.Path}.");
            }

            await endpoint(context);
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            await AnswerAsync(context, e);
        }
        catch (Exception)
        {
            // The host has gone or gave up: there is nobody to answer, and the connection cannot be used again.
            context.Abort();
        }
    }

    private static async Task AnswerAsync(HttpContext context, Exception exception)
    {
        if (context.Response.HasStarted)
        {
            // A part is out already; only the broken connection can tell the host that the rest does not come.
            context.Abort();
            return;
        }

        var (code, message) = exception switch
        {
            RequestException e => (e.Code, e.Message),
            LinuxError e => (e.Code, e.Message),
            JsonException e => (GuestErrorCode.BadRequest, $"The request's JSON is wrong: {e.Message}"),
            BadHttpRequestException e => (GuestErrorCode.BadRequest, e.Message),
            IOException e when (e.HResult & 0xffff) == 28 => (GuestErrorCode.DiskFull, "The guest's disk is full."),
            _ => (GuestErrorCode.Internal, exception.Message),
        };
        if (code == GuestErrorCode.Internal)
        {
            DaemonLog.Write($"{context.Request.Method} {context.Request.Path} failed: {exception}");
        }

        try
        {
            await DrainAsync(context);
            await Replies.RefuseAsync(context, code, message);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
        {
            context.Abort();
        }
    }

    /// <summary>
    /// Reads a refused body to its end: HTTP/1.1's client looks for an answer only when its body is out, and Kestrel by itself reads on for
    /// no more than five seconds before it breaks the connection, and with it the refusal.
    /// </summary>
    private static async Task DrainAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        for (var isCompleted = false; !isCompleted;)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            isCompleted = result.IsCompleted;
            reader.AdvanceTo(result.Buffer.End);
        }
    }
}
