using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Page.Browsing;

/// <summary>One page of the browser: what its scripts see, and clicks as a mouse makes them.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _socket = new();
    private int _number;

    private BrowserPage()
    {
    }

    public static async Task<BrowserPage> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var page = new BrowserPage();
        await page._socket.ConnectAsync(address, cancellationToken);
        return page;
    }

    public async Task GoAsync(string address, CancellationToken cancellationToken)
    {
        await SendAsync("Page.navigate", new JsonObject { ["url"] = address }, cancellationToken);
        await WaitForAsync($"location.href === {JsonSerializer.Serialize(address)} && document.readyState === 'complete'", cancellationToken);
    }

    /// <summary>What an expression gives in the page.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression, CancellationToken cancellationToken)
    {
        var reply = await SendAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true }, cancellationToken);
        return reply["exceptionDetails"] is { } fault ? throw new InvalidOperationException($"{expression}: {fault}") : reply["result"]?["value"];
    }

    /// <summary>Until an expression is true.</summary>
    public async Task WaitForAsync(string expression, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while ((await EvaluateAsync(expression, cancellationToken))?.GetValue<bool>() != true)
        {
            if (TimeProvider.System.GetElapsedTime(start) > Bound)
            {
                throw new AssertionException($"The page did not come to: {expression}\n{await EvaluateAsync("document.body.innerText", cancellationToken)}");
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>A click into the middle of an element, wherever that is; what lies over it would get it.</summary>
    public async Task ClickAsync(string selector, CancellationToken cancellationToken)
    {
        var word = JsonSerializer.Serialize(selector);
        await WaitForAsync($"!!document.querySelector({word}) && !document.querySelector({word}).disabled && document.querySelector({word}).getClientRects().length > 0", cancellationToken);
        var middle = (await EvaluateAsync($"(() => {{ const e = document.querySelector({word}); e.scrollIntoView({{ block: 'center' }}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})()", cancellationToken))!.AsArray();
        foreach (var type in new[] { "mouseMoved", "mousePressed", "mouseReleased" })
        {
            await SendAsync("Input.dispatchMouseEvent", new JsonObject { ["type"] = type, ["x"] = middle[0]!.GetValue<double>(), ["y"] = middle[1]!.GetValue<double>(), ["button"] = type == "mouseMoved" ? "none" : "left", ["clickCount"] = 1 }, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        await Task.CompletedTask;
    }

    private async Task<JsonObject> SendAsync(string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        var number = ++_number;
        var request = new JsonObject { ["id"] = number, ["method"] = method, ["params"] = parameters };
        await _socket.SendAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        while (true)
        {
            var message = await ReceiveAsync(cancellationToken);
            // Whatever else comes is an event of no interest.
            if (message["id"]?.GetValue<int>() == number)
            {
                return message["result"]?.AsObject() ?? throw new InvalidOperationException($"{method}: {message}");
            }
        }
    }

    private async Task<JsonObject> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var block = new byte[64 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(block.AsMemory(), cancellationToken);
            text.Write(block, 0, part.Count);
            if (part.EndOfMessage)
            {
                return JsonNode.Parse(text.ToArray())!.AsObject();
            }
        }
    }
}
