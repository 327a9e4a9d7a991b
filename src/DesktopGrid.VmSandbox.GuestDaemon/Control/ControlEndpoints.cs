using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Execution;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.Control;

/// <summary>ping, the renewal of a guest that goes on from a saved instant, and the end of the machine.</summary>
internal sealed class ControlEndpoints(ExecutionEnvironment execution)
{
    public void Map(Router router) => router
        .Map("GET", Routes.Ping, PingAsync)
        .Map("POST", Routes.Renew, RenewAsync)
        .Map("POST", Routes.Shutdown, ShutdownAsync);

    private Task PingAsync(HttpContext context) =>
        Replies.JsonAsync(context, new PingReply(ProtocolVersion.Current, DaemonVersion.Text, Environment.TickCount64, execution.Status.State).ToJson());

    private static async Task RenewAsync(HttpContext context)
    {
        var body = new byte[RenewMessage.MaxLength];
        var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        var message = RenewMessage.Parse(body.AsMemory(0, length)) ?? throw new RequestException(GuestErrorCode.BadRequest, "That is no renewal.");
        Renewal.AddToRandomPool(message.Entropy.Span);
        Renewal.SetTimeOfDay(message.UnixTimeMs);
        if (message.BootId is { } bootId)
        {
            Renewal.SetBootId(bootId);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task ShutdownAsync(HttpContext context)
    {
        await execution.StopAsync(graceMs: 0, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await context.Response.CompleteAsync();
        DaemonLog.Write("the host asked to end the machine");
        Machine.End();
    }
}
