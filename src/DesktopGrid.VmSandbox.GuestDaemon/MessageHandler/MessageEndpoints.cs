using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;

/// <summary>msg_to_guest and msg_to_host.</summary>
internal sealed class MessageEndpoints(Inbox inbox, Channels channels, Outbox outbox)
{
    public void Map(Router router) => router
        .Map("POST", Routes.MessagesToGuest, ToGuestAsync)
        .Map("GET", Routes.MessagesToHost, ToHostAsync);

    private async Task ToGuestAsync(HttpContext context)
    {
        if (context.Request.ContentLength is not (>= 0 and <= ProtocolLimits.MaxMessageBytes))
        {
            throw new RequestException(GuestErrorCode.TooLarge, $"A message holds at most {ProtocolLimits.MaxMessageBytes} bytes and states its length.");
        }

        var value = new byte[(int)context.Request.ContentLength];
        await context.Request.Body.ReadExactlyAsync(value, context.RequestAborted);
        var key = Replies.Text(context, Routes.Query.Key);
        if (!channels.TryPost(key, value))
        {
            inbox.Add(key, value);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private Task ToHostAsync(HttpContext context) =>
        Replies.JsonAsync(context, outbox.After(Replies.Number(context, Routes.Query.After, long.MaxValue)), ContractsJsonContext.Default.MessageList);
}
