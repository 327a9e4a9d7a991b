using System.Buffers;
using System.Text.Json;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions.Ports;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>ping, start, stop, the task's state and output, and messages.</summary>
internal sealed class TaskVerbs(GuestHttp http)
{
    // What a follower holds of a program's output at once, in bytes.
    private const int OutputPart = 1024 * 1024, ReadBlock = 64 * 1024;

    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(5);

    public TimeProvider Time => http.Time;

    public Task<PingReply> PingAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        http.AskAsync(http.Control, new GuestRequest(HttpMethod.Get, GuestUri.Of(Routes.Ping), IsRepeatable: true), ContractsJsonContext.Default.PingReply, limit, cancellationToken);

    public Task<GuestTaskStatus> StartAsync(TaskStartRequest start, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(start, ContractsJsonContext.Default.TaskStartRequest);
        return AskStatusAsync(http.Control, new GuestRequest(HttpMethod.Post, GuestUri.Of(Routes.Task)) { Body = body }, http.Options.RequestTimeout, cancellationToken);
    }

    public Task<GuestTaskStatus> StopAsync(TimeSpan? grace, CancellationToken cancellationToken)
    {
        var patience = grace ?? DefaultGrace;
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, TimeSpan.Zero, nameof(grace));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(patience, TimeSpan.FromMinutes(10), nameof(grace));
        return AskStatusAsync(
            http.Control,
            new GuestRequest(HttpMethod.Delete, GuestUri.Of(Routes.Task, (Routes.Query.GraceMs, (long)patience.TotalMilliseconds)), IsRepeatable: true),
            patience + http.Options.RequestTimeout,
            cancellationToken);
    }

    public Task<GuestTaskStatus> GetAsync(CancellationToken cancellationToken) =>
        AskStatusAsync(http.Control, new GuestRequest(HttpMethod.Get, GuestUri.Of(Routes.Task), IsRepeatable: true), http.Options.RequestTimeout, cancellationToken);

    /// <summary>The state as soon as there is more than the caller knows, or after the wait. Who waits already is waited for.</summary>
    public async Task<GuestTaskStatus> WaitAsync(TaskPosition known, TimeSpan wait, CancellationToken cancellationToken)
    {
        var request = new GuestRequest(
            HttpMethod.Get,
            GuestUri.Of(
                Routes.Task,
                (Routes.Query.WaitMs, (long)wait.TotalMilliseconds),
                (Routes.Query.StdoutLength, known.Stdout),
                (Routes.Query.StderrLength, known.Stderr),
                (Routes.Query.LastMessage, known.Message)),
            IsRepeatable: true);
        using var turn = await http.EnterAsync(http.Watch, cancellationToken).ConfigureAwait(false);
        return await AskStatusAsync(http.Watch, request, wait + http.Options.RequestTimeout, cancellationToken).ConfigureAwait(false);
    }

    public Task MessageToGuestAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (value.Length > ProtocolLimits.MaxMessageBytes)
        {
            throw new SessionException(SandboxErrorCode.GuestTooLarge, $"The message holds {value.Length} bytes; {ProtocolLimits.MaxMessageBytes} are allowed.");
        }

        return http.TellAsync(
            http.Control,
            new GuestRequest(HttpMethod.Post, GuestUri.Of(Routes.MessagesToGuest, (Routes.Query.Key, key))) { Body = value },
            http.Options.RequestTimeout,
            cancellationToken);
    }

    public async Task<IReadOnlyList<GuestMessage>> MessagesToHostAsync(long after, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        var all = new List<GuestMessage>();
        var characters = 0L;
        // A program that sends without pause is not waited for: what the guest keeps is taken once, what comes after is for the next call.
        while (all.Count < ProtocolLimits.MaxMessagesKept && characters < ProtocolLimits.MaxMessageCharactersKept)
        {
            var some = await http.AskAsync(
                http.Control, new GuestRequest(HttpMethod.Get, GuestUri.Of(Routes.MessagesToHost, (Routes.Query.After, after)), IsRepeatable: true), ContractsJsonContext.Default.MessageList, http.Options.RequestTimeout, cancellationToken).ConfigureAwait(false);
            if (some.Messages is not { Count: > 0 } messages)
            {
                break;
            }

            foreach (var message in messages)
            {
                // Numbers only grow; otherwise a hostile guest could keep this loop going for ever. Nor may a thousand messages be an answer each.
                if (message is not { Key.Length: <= ProtocolLimits.MaxMessageKeyLength, Value.Length: <= ProtocolLimits.MaxMessageBytes } || message.Number <= after || all.Count >= 2 * ProtocolLimits.MaxMessagesKept)
                {
                    throw new SessionException(SandboxErrorCode.SessionProtocol, "The guest's daemon sent messages that are not the protocol.");
                }

                all.Add(message);
                characters += message.Value.Length;
                after = message.Number;
            }
        }

        return all;
    }

    /// <summary>Reads output from a place on, a part at most of what there is now; empty where there is none. Its port is free again before the caller sees it.</summary>
    public async Task<ReadOnlyMemory<byte>> OutputAsync(bool isError, long offset, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, GuestUri.Of(isError ? Routes.TaskStandardError : Routes.TaskStandardOutput, (Routes.Query.Offset, offset), (Routes.Query.Length, OutputPart)));
        using var turn = await http.EnterAsync(http.Data, cancellationToken).ConfigureAwait(false);
        using var transfer = new Transfer("output", null, http, cancellationToken);
        return await http.GuardAsync(ReceiveAsync, request, http.Options.TransferStallTimeout, cancellationToken).ConfigureAwait(false);

        async Task<ReadOnlyMemory<byte>> ReceiveAsync()
        {
            transfer.Expect();
            using var response = await http.SendAsync(http.Data, request, transfer.Token).ConfigureAwait(false);
            var stream = await response.Content.ReadAsStreamAsync(transfer.Token).ConfigureAwait(false);
            await using var scope = stream.ConfigureAwait(false);
            var part = new ArrayBufferWriter<byte>(ReadBlock);
            int read;
            while ((read = await stream.ReadAsync(part.GetMemory(ReadBlock), transfer.Token).ConfigureAwait(false)) > 0)
            {
                part.Advance(read);
                transfer.Expect();
                if (part.WrittenCount > OutputPart)
                {
                    throw new InvalidDataException("The answer is longer than was asked for.");
                }
            }

            return part.WrittenMemory;
        }
    }

    private async Task<GuestTaskStatus> AskStatusAsync(Lane lane, GuestRequest request, TimeSpan limit, CancellationToken cancellationToken)
    {
        var status = await http.AskAsync(lane, request, ContractsJsonContext.Default.GuestTaskStatus, limit, cancellationToken).ConfigureAwait(false);
        return Enum.IsDefined(status.State) && status.ExitCode is null or (>= 0 and <= 255) && status.Signal is null or (> 0 and <= 64)
            ? status
            : throw new SessionException(SandboxErrorCode.SessionProtocol, "The guest's daemon tells a state of the program that cannot be.");
    }
}
