using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Sessions.Ports;
using Polly;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>
/// The conversation with one guest's daemon: three lanes, one shape of request, and every failure as a <see cref="SessionException"/>.
/// </summary>
internal sealed class GuestHttp : IDisposable
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromMilliseconds(500);

    private readonly string _machine;
    private readonly TimeProvider _time;

    private readonly ResiliencePipeline _retry;

    public GuestHttp(string machine, IReadOnlyList<SerialPort> ports, bool isFresh, SessionOptions options, TimeProvider time, CancellationToken machineEnded)
    {
        (_machine, Options, _time, MachineEnded) = (machine, options, time, machineEnded);
        _retry = RequestRetry.Build(time);
        Control = Open(ChannelPorts.Control);
        Data = Open(ChannelPorts.Data);
        Watch = Open(ChannelPorts.Watch);

        Lane Open(IReadOnlyList<string> names) => new([.. ports.Where(port => names.Contains(port.Name)).Select(port => new PortLine(port.Endpoint, isFresh, time))]);
    }

    public SessionOptions Options { get; }

    public Lane Control { get; }

    public Lane Data { get; }

    public Lane Watch { get; }

    public TimeProvider Time => _time;

    /// <summary>Cancelled when the machine's QEMU has ended: nothing will ever answer.</summary>
    public CancellationToken MachineEnded { get; }

    /// <summary>Sends a short request and reads its answer, all within the bound.</summary>
    public Task<T> AskAsync<T>(Lane lane, GuestRequest request, JsonTypeInfo<T> type, TimeSpan limit, CancellationToken cancellationToken)
        where T : class => ConverseAsync(
            lane,
            request,
            async (response, token) => JsonSerializer.Deserialize(await BodyAsync(response, token).ConfigureAwait(false), type) ?? throw new JsonException("The answer is null."),
            limit,
            cancellationToken);

    /// <summary>Sends a short request whose answer has no body.</summary>
    public Task TellAsync(Lane lane, GuestRequest request, TimeSpan limit, CancellationToken cancellationToken) =>
        ConverseAsync(lane, request, static (_, _) => Task.FromResult(true), limit, cancellationToken);

    /// <summary>
    /// Waits for a port of a lane. The wait has no bound but the caller's: those before may take as long as they like, as long as
    /// they move, and the guest is not to blame for them.
    /// </summary>
    public async Task<Lane.Turn> EnterAsync(Lane lane, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, MachineEnded);
        try
        {
            return await lane.EnterAsync(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SessionException(SandboxErrorCode.MachineEnded, "The machine ended while a request waited for its turn.") { Machine = _machine };
        }
    }

    /// <summary>Sends a request and gives its answer's head; a refusal is thrown. For use inside <see cref="GuardAsync"/>.</summary>
    public async Task<HttpResponseMessage> SendAsync(Lane lane, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await lane.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            CheckVersion(response.Headers);
            return response.IsSuccessStatusCode
                ? response
                : throw Refusal(JsonSerializer.Deserialize(await BodyAsync(response, cancellationToken).ConfigureAwait(false), ContractsJsonContext.Default.ErrorBody));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Runs a conversation and words its failures.</summary>
    public async Task<T> GuardAsync<T>(Func<Task<T>> conversation, HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await conversation().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && MachineEnded.IsCancellationRequested)
        {
            throw Ended(request);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SessionException(SandboxErrorCode.SessionTimeout, $"The guest's daemon did not answer {Name(request)} within {limit.TotalSeconds:0} s.") { Machine = _machine, IsTransient = true };
        }
        catch (Exception e) when (Inner<SessionException>(e) is { } own && !ReferenceEquals(own, e))
        {
            throw new SessionException(own.Code, own.Sentence, e) { Machine = _machine, Advice = own.Advice, IsTransient = own.IsTransient, GuestError = own.GuestError, Path = own.Path, Step = own.Step, Fate = own.Fate };
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new SessionException(SandboxErrorCode.SessionProtocol, $"The guest's daemon answered {Name(request)} with something that is not the protocol.", e) { Machine = _machine };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or Platform.PlatformException or ObjectDisposedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await EndsSoonAsync().ConfigureAwait(false))
            {
                throw Ended(request, e);
            }

            throw new SessionException(SandboxErrorCode.SessionDisconnected, $"The connection to the guest's daemon broke during {Name(request)}.", e) { Machine = _machine, IsTransient = true };
        }
    }

    public void Dispose()
    {
        Control.Dispose();
        Data.Dispose();
        Watch.Dispose();
    }

    /// <summary>One conversation after the other within one bound, until one succeeds or the request may not be repeated.</summary>
    private async Task<T> ConverseAsync<T>(Lane lane, GuestRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var bound = Deadline.After(limit, _time).Enter(cancellationToken, MachineEnded);
        var retry = request.IsRepeatable ? _retry : ResiliencePipeline.Empty;
        return await retry.ExecuteAsync(
            async _ =>
            {
                using var message = request.ToMessage();
                return await GuardAsync(
                    async () =>
                    {
                        using var response = await SendAsync(lane, message, bound.Token).ConfigureAwait(false);
                        return await read(response, bound.Token).ConfigureAwait(false);
                    },
                    message,
                    limit,
                    cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A port breaks a moment before its QEMU is seen to have ended; the end is the cause to tell.</summary>
    private async Task<bool> EndsSoonAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(MachineEnded);
        await Task.Delay(EndPatience, _time, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return MachineEnded.IsCancellationRequested;
    }

    private SessionException Ended(HttpRequestMessage request, Exception? cause = null) =>
        new(SandboxErrorCode.MachineEnded, $"The machine ended during {Name(request)}.", cause) { Machine = _machine };

    /// <summary>Method and route: once it has been sent, a request's address is absolute.</summary>
    private static string Name(HttpRequestMessage request) => $"{request.Method} {(request.RequestUri is { IsAbsoluteUri: true } sent ? sent.AbsolutePath : request.RequestUri?.OriginalString.Split('?')[0])}";

    private static T? Inner<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }

    private void CheckVersion(HttpResponseHeaders headers)
    {
        var stated = headers.TryGetValues(ProtocolVersion.Header, out var values) ? string.Join(',', values) : "none";
        if (stated != ProtocolVersion.Current.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            throw new SessionException(SandboxErrorCode.SessionVersion, $"The guest's daemon speaks protocol version {TextTail.Clean(stated.Length > 20 ? stated[..20] : stated)}, this library version {ProtocolVersion.Current}.")
            {
                Machine = _machine,
            };
        }
    }

    /// <summary>What the daemon's reason means here.</summary>
    public SessionException Refusal(ErrorBody? error)
    {
        var (code, message) = error is { Message: { } text } ? (error.Code, TextTail.Clean(text.Length > 500 ? text[..500] : text)) : (GuestErrorCode.Internal, "no reason given");
        return new SessionException(
            code switch
            {
                GuestErrorCode.NotFound => SandboxErrorCode.GuestNotFound,
                GuestErrorCode.PathRefused => SandboxErrorCode.GuestPathRefused,
                GuestErrorCode.TaskState => SandboxErrorCode.GuestTaskState,
                GuestErrorCode.DiskFull => SandboxErrorCode.GuestDiskFull,
                GuestErrorCode.StartRefused => SandboxErrorCode.GuestStartRefused,
                GuestErrorCode.TooLarge => SandboxErrorCode.GuestTooLarge,
                GuestErrorCode.LayerUnusable => SandboxErrorCode.GuestLayerUnusable,
                _ => SandboxErrorCode.GuestRefused,
            },
            $"The guest refused: {message}")
        {
            GuestError = code,
            Machine = _machine,
        };
    }

    /// <summary>A short body, whatever its length claims.</summary>
    private static async Task<byte[]> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var scope = stream.ConfigureAwait(false);
        using var buffer = new MemoryStream();
        var block = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(block, cancellationToken).ConfigureAwait(false)) > 0)
        {
            buffer.Write(block, 0, read);
            if (buffer.Length > ProtocolLimits.MaxJsonBytes)
            {
                throw new InvalidDataException("The answer is too long.");
            }
        }

        return buffer.ToArray();
    }
}
