using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>A machine's link, and the session that callers get over the same connections.</summary>
internal sealed class HttpGuestLink : IGuestLink
{
    // Above the longest VmOptions.BootTimeout (1 h): the caller's bound ends the wait, this one only keeps it from having none.
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromHours(2);
    private static readonly TimeSpan ShutDownLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RenewLimit = TimeSpan.FromMinutes(1);

    private readonly GuestHttp _http;
    private readonly TaskVerbs _tasks;

    public HttpGuestLink(VmId machine, IReadOnlyList<SerialPort> ports, bool isFresh, SessionOptions options, TimeProvider time, CancellationToken machineEnded, IReadOnlyDictionary<string, string>? variables = null)
    {
        _http = new GuestHttp(machine.ToString(), ports, isFresh, options, time, machineEnded);
        _tasks = new TaskVerbs(_http);
        Session = new HttpSandboxSession(_http, variables ?? new Dictionary<string, string>());
    }

    /// <summary>The task verbs of this machine; they end with the link.</summary>
    public IDiskSession Session { get; }

    public async Task<GuestGreeting> WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var reply = await _tasks.PingAsync(ReadyLimit, cancellationToken).ConfigureAwait(false);
        return new GuestGreeting(Primitives.TextTail.Clean(reply.Daemon ?? ""), TimeSpan.FromMilliseconds(Math.Clamp(reply.UptimeMs, 0, long.MaxValue / 10_000)));
    }

    public Task RenewAsync(Guid? identity, CancellationToken cancellationToken)
    {
        var message = new RenewMessage(_http.Time.GetUtcNow().ToUnixTimeMilliseconds(), RandomNumberGenerator.GetBytes(ProtocolLimits.EntropyBytes), identity);
        var request = new GuestRequest(HttpMethod.Post, GuestUri.Of(Routes.Renew), IsRepeatable: true) { Body = message.ToBytes() };
        return _http.TellAsync(_http.Control, request, RenewLimit, cancellationToken);
    }

    public Task LeaveAsync(CancellationToken cancellationToken) =>
        _http.TellAsync(_http.Control, new GuestRequest(HttpMethod.Get, GuestUri.Of(Routes.Ping)) { IsLast = true }, RenewLimit, cancellationToken);

    public async Task ShutDownAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _http.TellAsync(_http.Control, new GuestRequest(HttpMethod.Post, GuestUri.Of(Routes.Shutdown)), ShutDownLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionException e) when (e.Code is Primitives.SandboxErrorCode.SessionDisconnected or Primitives.SandboxErrorCode.MachineEnded)
        {
            // The machine may be gone before its answer is out.
        }
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
