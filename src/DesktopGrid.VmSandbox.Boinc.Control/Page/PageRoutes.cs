using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.AspNetCore.Http;

namespace DesktopGrid.VmSandbox.Boinc.Control.Page;

/// <summary>The page's addresses: below each secret the three files and the state, and below the owner's what changes something.</summary>
internal sealed class PageRoutes(PageSecrets secrets, PageActions actions, SlotReader slots, PageAssets assets)
{
    public const string OwnerPath = "own", ViewPath = "view";

    private const int LongestRequest = 4096;

    public async Task AnswerAsync(HttpContext context, int port)
    {
        PageGuard.SetHeaders(context.Response);
        var words = (context.Request.Path.Value ?? "").Split('/');
        if (!PageGuard.IsMeant(context.Request, port) || words is not ["", OwnerPath or ViewPath, var secret, var name])
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var isOwner = words[1] == OwnerPath && PageSecrets.IsSame(secrets.Owner, secret);
        if (!isOwner && !(words[1] == ViewPath && PageSecrets.IsSame(secrets.View, secret)))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (HttpMethods.IsGet(context.Request.Method))
        {
            await ShowAsync(context, name, isOwner).ConfigureAwait(false);
        }
        else if (isOwner && PageGuard.IsOwnChange(context.Request))
        {
            await ChangeAsync(context, name).ConfigureAwait(false);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
        }
    }

    private async Task ShowAsync(HttpContext context, string name, bool isOwner)
    {
        if (name == "state.json")
        {
            await SendAsync(context, await StateAsync(isOwner, context.RequestAborted).ConfigureAwait(false), PageJsonContext.Default.PageState).ConfigureAwait(false);
        }
        else if (!await assets.TrySendAsync(context, name).ConfigureAwait(false))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private async Task<PageState> StateAsync(bool isOwner, CancellationToken cancellationToken)
    {
        try
        {
            return new PageState(isOwner, await actions.ListAsync(cancellationToken).ConfigureAwait(false), slots.Read(), Trouble: null);
        }
        catch (BoincException e)
        {
            return new PageState(isOwner, [], slots.Read(), e.Message);
        }
    }

    private async Task ChangeAsync(HttpContext context, string name)
    {
        // A switch is not left half-done because its reader closes the page; the page's own end has to wait for it as well.
        var cancellationToken = CancellationToken.None;
        try
        {
            var request = await ReadAsync(context.Request).ConfigureAwait(false);
            var project = request.Project ?? "";
            await (name switch
            {
                "preview" => SendAsync(context, await actions.PreviewAsync(project, context.RequestAborted).ConfigureAwait(false), PageJsonContext.Default.PagePreview),
                "enable" => SendAsync(context, await actions.EnableAsync(request.Preview ?? "", request.DiscardWork, cancellationToken).ConfigureAwait(false), PageJsonContext.Default.SwitchOutcome),
                "disable" => SendAsync(context, await actions.DisableAsync(project, request.DiscardWork, cancellationToken).ConfigureAwait(false), PageJsonContext.Default.SwitchOutcome),
                "refresh" => SendAsync(context, await actions.RefreshAsync(project, cancellationToken).ConfigureAwait(false), PageJsonContext.Default.SwitchOutcome),
                _ => throw new BoincException(SandboxErrorCode.BoincUnsupported, "There is no such act."),
            }).ConfigureAwait(false);
        }
        catch (SandboxException e)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            await SendAsync(context, new PageRefusal(e.Sentence, e.Advice), PageJsonContext.Default.PageRefusal).ConfigureAwait(false);
        }
    }

    private static async Task<PageRequest> ReadAsync(HttpRequest request)
    {
        var bytes = new byte[LongestRequest + 1];
        var length = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted).ConfigureAwait(false);
        return length <= LongestRequest ? Parse(bytes.AsSpan(0, length)) : throw new BoincException(SandboxErrorCode.BoincFileMalformed, "The request is too long.");
    }

    /// <exception cref="BoincException">It is no request.</exception>
    public static PageRequest Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, PageJsonContext.Default.PageRequest) ?? throw new BoincException(SandboxErrorCode.BoincFileMalformed, "The request is empty.");
        }
        catch (JsonException e)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMalformed, "The request is no JSON of this page.", e);
        }
    }

    private static async Task SendAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }
}
