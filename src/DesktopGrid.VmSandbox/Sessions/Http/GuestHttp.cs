using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>
/// The conversation with one guest's daemon: three lanes, one shape of request, and every failure as a <see cref="SessionException"/>.
/// </summary>
internal sealed class GuestHttp : IDisposable
{
    private readonly string _machine;
    private readonly TimeProvider _time;

    public GuestHttp(string machine, IReadOnlyList<SerialPort> ports, bool isFresh, SessionOptions options, TimeProvider time)
    {
        (_machine, Options, _time) = (machine, options, time);
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

    /// <summary>Sends a short request and reads its answer, all within the bound.</summary>
    public async Task<T> AskAsync<T>(Lane lane, HttpRequestMessage request, JsonTypeInfo<T> type, TimeSpan limit, CancellationToken cancellationToken)
        where T : class
    {
        using (request)
        {
            using var bound = Deadline.After(limit, _time).Enter(cancellationToken);
            return await GuardAsync(
                async () =>
                {
                    using var response = await SendAsync(lane, request, bound.Token).ConfigureAwait(false);
                    var bytes = await BodyAsync(response, bound.Token).ConfigureAwait(false);
                    return JsonSerializer.Deserialize(bytes, type) ?? throw new JsonException("The answer is null.");
                },
                request,
                limit,
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a short request whose answer has no body.</summary>
    public async Task TellAsync(Lane lane, HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken)
    {
        using (request)
        {
            using var bound = Deadline.After(limit, _time).Enter(cancellationToken);
            await GuardAsync(
                async () =>
                {
                    using var response = await SendAsync(lane, request, bound.Token).ConfigureAwait(false);
                    return 0;
                },
                request,
                limit,
                cancellationToken).ConfigureAwait(false);
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
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SessionException(SandboxErrorCode.SessionTimeout, $"The guest's daemon did not answer {Name(request)} within {limit.TotalSeconds:0} s.") { Machine = _machine, IsTransient = true };
        }
        catch (Exception e) when (Inner<SessionException>(e) is { } own && !ReferenceEquals(own, e))
        {
            throw new SessionException(own.Code, own.Message, e) { Machine = _machine };
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new SessionException(SandboxErrorCode.SessionProtocol, $"The guest's daemon answered {Name(request)} with something that is not the protocol.", e) { Machine = _machine };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or Platform.PlatformException or ObjectDisposedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new SessionException(SandboxErrorCode.SessionDisconnected, $"The connection to the guest's daemon broke during {Name(request)}.", e) { Machine = _machine };
        }
    }

    public void Dispose()
    {
        Control.Dispose();
        Data.Dispose();
        Watch.Dispose();
    }

    private static string Name(HttpRequestMessage request) => $"{request.Method} {request.RequestUri?.OriginalString.Split('?')[0]}";

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
                Advice = "Use a guest image of the same release.",
            };
        }
    }

    private SessionException Refusal(ErrorBody? error)
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
