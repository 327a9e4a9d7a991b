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
        var now = Replies.Number(context, Routes.Query.NowMs, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds());
        var entropy = new byte[ProtocolLimits.EntropyBytes];
        await context.Request.Body.ReadExactlyAsync(entropy, context.RequestAborted);
        Renewal.AddToRandomPool(entropy);
        Renewal.SetTimeOfDay(now);
        if (context.Request.Query.TryGetValue(Routes.Query.BootId, out var bootId))
        {
            Renewal.SetBootId(Guid.TryParseExact(bootId, "D", out var id) ? id : throw new RequestException(GuestErrorCode.BadRequest, $"The parameter \"{Routes.Query.BootId}\" must be 36 digits and dashes."));
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
