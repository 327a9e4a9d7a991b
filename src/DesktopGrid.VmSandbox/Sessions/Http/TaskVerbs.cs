using System.Text.Json;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>ping, start, stop, the task's state and output, and messages.</summary>
internal sealed class TaskVerbs(GuestHttp http)
{
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(5);

    public Task<PingReply> PingAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        http.AskAsync(http.Control, new HttpRequestMessage(HttpMethod.Get, GuestUri.Of(Routes.Ping)), ContractsJsonContext.Default.PingReply, limit, cancellationToken);

    public Task<GuestTaskStatus> StartAsync(TaskStartRequest start, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(start, ContractsJsonContext.Default.TaskStartRequest);
        return AskStatusAsync(http.Control, new HttpRequestMessage(HttpMethod.Post, GuestUri.Of(Routes.Task)) { Content = new ByteArrayContent(body) }, http.Options.RequestTimeout, cancellationToken);
    }

    public Task<GuestTaskStatus> StopAsync(TimeSpan? grace, CancellationToken cancellationToken)
    {
        var patience = grace ?? DefaultGrace;
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, TimeSpan.Zero, nameof(grace));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(patience, TimeSpan.FromMinutes(10), nameof(grace));
        return AskStatusAsync(
            http.Control,
            new HttpRequestMessage(HttpMethod.Delete, GuestUri.Of(Routes.Task, (Routes.Query.GraceMs, (long)patience.TotalMilliseconds))),
            patience + http.Options.RequestTimeout,
            cancellationToken);
    }

    public Task<GuestTaskStatus> GetAsync(CancellationToken cancellationToken) =>
        AskStatusAsync(http.Control, new HttpRequestMessage(HttpMethod.Get, GuestUri.Of(Routes.Task)), http.Options.RequestTimeout, cancellationToken);

    /// <summary>The state as soon as there is more than the caller knows, or after the wait.</summary>
    public Task<GuestTaskStatus> WaitAsync(TaskPosition known, TimeSpan wait, CancellationToken cancellationToken) => AskStatusAsync(
        http.Watch,
        new HttpRequestMessage(HttpMethod.Get, GuestUri.Of(
            Routes.Task,
            (Routes.Query.WaitMs, (long)wait.TotalMilliseconds),
            (Routes.Query.StdoutLength, known.Stdout),
            (Routes.Query.StderrLength, known.Stderr),
            (Routes.Query.LastMessage, known.Message))),
        wait + http.Options.RequestTimeout,
        cancellationToken);

    public Task MessageToGuestAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (value.Length > ProtocolLimits.MaxMessageBytes)
        {
            throw new SessionException(SandboxErrorCode.GuestRefused, $"The message holds {value.Length} bytes; {ProtocolLimits.MaxMessageBytes} are allowed.");
        }

        return http.TellAsync(
            http.Control,
            new HttpRequestMessage(HttpMethod.Post, GuestUri.Of(Routes.MessagesToGuest, (Routes.Query.Key, key))) { Content = new ReadOnlyMemoryContent(value) },
            http.Options.RequestTimeout,
            cancellationToken);
    }

    public async Task<IReadOnlyList<GuestMessage>> MessagesToHostAsync(long after, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        var all = new List<GuestMessage>();
        while (true)
        {
            var some = await http.AskAsync(
                http.Control, new HttpRequestMessage(HttpMethod.Get, GuestUri.Of(Routes.MessagesToHost, (Routes.Query.After, after))), ContractsJsonContext.Default.MessageList, http.Options.RequestTimeout, cancellationToken).ConfigureAwait(false);
            if (some.Messages is not { Count: > 0 } messages)
            {
                return all;
            }

            foreach (var message in messages)
            {
                // Numbers only grow; otherwise a hostile guest could keep this loop going for ever.
                if (message is not { Key: not null, Value: not null } || message.Number <= after || all.Count >= ProtocolLimits.MaxMessagesKept * 2)
                {
                    throw new SessionException(SandboxErrorCode.SessionProtocol, "The guest's daemon sent messages that are not the protocol.");
                }

                all.Add(message);
                after = message.Number;
            }
        }
    }

    /// <summary>Reads output from a place on, as much as there is now.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> OutputAsync(bool isError, long offset, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, GuestUri.Of(isError ? Routes.TaskStandardError : Routes.TaskStandardOutput, (Routes.Query.Offset, offset)));
        using var transfer = new Transfer("output", null, null, http, cancellationToken);
        var limit = http.Options.TransferStallTimeout;
        using var response = await http.GuardAsync(() => http.SendAsync(http.Data, request, transfer.Token), request, limit, cancellationToken).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var scope = stream.ConfigureAwait(false);
        while (true)
        {
            var block = new byte[64 * 1024];
            var read = await http.GuardAsync(async () => await stream.ReadAsync(block, transfer.Token).ConfigureAwait(false), request, limit, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                yield break;
            }

            transfer.Move(read);
            yield return block.AsMemory(0, read);
        }
    }

    private async Task<GuestTaskStatus> AskStatusAsync(Lane lane, HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken) =>
        await http.AskAsync(lane, request, ContractsJsonContext.Default.GuestTaskStatus, limit, cancellationToken).ConfigureAwait(false);
}
