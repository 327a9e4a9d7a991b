using System.Text.Json;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Qmp;

/// <summary>
/// A client of QEMU's machine protocol: the handshake comes first, then one loop reads; commands may be many at a time and are told apart by
/// their id. Whatever ends the connection, every waiting command hears the one same reason. Safe for use by several threads.
/// </summary>
internal sealed class QmpClient : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly QmpReader _reader;
    private readonly QmpOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly QmpPending _pending = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly QmpEvents _events;
    private Task<QmpException> _reading = null!;

    private QmpClient(Stream stream, QmpOptions options, TimeProvider time, ILogger logger)
    {
        (_stream, _options, _time, _logger) = (stream, options, time, logger);
        _reader = new QmpReader(stream, options.MaxFrameBytes);
        _events = new QmpEvents(options.EventCapacity);
    }

    /// <summary>QEMU's version, from its greeting.</summary>
    public Version Version { get; private set; } = new();

    /// <summary>Greets QEMU. The client owns the stream from now on, also where this fails.</summary>
    public static async Task<QmpClient> ConnectAsync(Stream stream, QmpOptions options, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var client = new QmpClient(stream, options, time, logger);
        try
        {
            await client.GreetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await client._reader.DisposeAsync().ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
            client._writing.Dispose();
            client._closing.Dispose();
            throw;
        }

        client._reading = client.ReadAsync();
        return client;
    }

    /// <summary>Events from now on; to be disposed by the caller.</summary>
    public QmpSubscription Subscribe() => _events.Subscribe();

    /// <summary>Runs a command and waits for its answer. A caller that gives up leaves the connection usable: the late answer is dropped.</summary>
    /// <exception cref="QmpException">QEMU refused, did not answer in time, or is gone.</exception>
    public async Task<TReply> ExecuteAsync<TReply>(QmpCommand<TReply> command, CancellationToken cancellationToken)
    {
        var (id, answer) = _pending.Add();
        using var scope = Deadline.After(_options.CommandTimeout, _time).Enter(cancellationToken);
        try
        {
            if (id != 0)
            {
                await WriteAsync(command.ToLine(id), scope.Token).ConfigureAwait(false);
            }

            var value = await answer.WaitAsync(scope.Token).ConfigureAwait(false);
            return value.Deserialize(command.Reply) ?? throw new JsonException("The answer is null.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new QmpException(SandboxErrorCode.MonitorTimeout, $"QEMU did not answer the command {command.Name} within {_options.CommandTimeout.TotalSeconds:0} s.") { Command = command.Name };
        }
        catch (JsonException e)
        {
            throw new QmpException(SandboxErrorCode.MonitorProtocol, $"QEMU's answer to {command.Name} has another shape than its schema says.", e) { Command = command.Name };
        }
        catch (QmpException e) when (e.Command is null)
        {
            // The shared reason, or an error without a name: each caller gets an exception of its own that names its command.
            throw new QmpException(e.Code, e.ErrorClass is null ? e.Message : $"QEMU refused the command {command.Name}: {e.Description}", e)
            {
                Command = command.Name,
                ErrorClass = e.ErrorClass,
                Description = e.Description,
            };
        }
        finally
        {
            _pending.Take(id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
        {
            return;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        await _reader.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        using var scope = Deadline.After(_options.HandshakeTimeout, _time).Enter(cancellationToken);
        try
        {
            var first = await _reader.ReadAsync(scope.Token).ConfigureAwait(false);
            while (first is QmpMessage.Event)
            {
                // QEMU tells events from the moment of the connection, which on a busy host is one before its greeting.
                first = await _reader.ReadAsync(scope.Token).ConfigureAwait(false);
            }

            if (first is not QmpMessage.Greeting greeting)
            {
                throw first is null
                    ? new QmpException(SandboxErrorCode.MonitorDisconnected, "QEMU closed its monitor before its greeting.")
                    : new QmpException(SandboxErrorCode.MonitorProtocol, "QEMU's monitor did not begin with its greeting.");
            }

            Version = ReadVersion(greeting.Version);
            await _stream.WriteAsync("{\"execute\":\"qmp_capabilities\",\"id\":0}\n"u8.ToArray(), scope.Token).ConfigureAwait(false);
            while (await _reader.ReadAsync(scope.Token).ConfigureAwait(false) is var message && message is not QmpMessage.Answer { Id: 0 })
            {
                switch (message)
                {
                    case QmpMessage.Error error:
                        throw new QmpException(SandboxErrorCode.MonitorProtocol, $"QEMU's monitor refused the handshake: {error.Description}");
                    case null:
                        throw new QmpException(SandboxErrorCode.MonitorDisconnected, "QEMU closed its monitor during the handshake.");
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new QmpException(SandboxErrorCode.MonitorTimeout, $"QEMU's monitor did not greet within {_options.HandshakeTimeout.TotalSeconds:0} s.");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw new QmpException(SandboxErrorCode.MonitorDisconnected, "QEMU broke the connection to its monitor during the handshake.", e);
        }
    }

    private static Version ReadVersion(JsonElement version)
    {
        try
        {
            var qemu = version.GetProperty("qemu"u8);
            return new Version(qemu.GetProperty("major"u8).GetInt32(), qemu.GetProperty("minor"u8).GetInt32(), qemu.GetProperty("micro"u8).GetInt32());
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new QmpException(SandboxErrorCode.MonitorProtocol, "QEMU's greeting has no readable version.", e);
        }
    }

    /// <summary>A line goes out whole or not at all: who gives up while it is under way does not cut it.</summary>
    private async Task WriteAsync(byte[] line, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        await WriteAndReleaseAsync(line).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteAndReleaseAsync(byte[] line)
    {
        try
        {
            await _stream.WriteAsync(line, _closing.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            throw new QmpException(SandboxErrorCode.MonitorDisconnected, "QEMU's monitor has gone.", e);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<QmpException> ReadAsync()
    {
        QmpException reason;
        try
        {
            while (await _reader.ReadAsync(_closing.Token).ConfigureAwait(false) is { } message)
            {
                Dispatch(message);
            }

            reason = new QmpException(SandboxErrorCode.MonitorDisconnected, "QEMU closed its monitor.");
        }
        catch (QmpException e)
        {
            reason = e;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            reason = new QmpException(SandboxErrorCode.MonitorDisconnected, _closing.IsCancellationRequested ? "The monitor was closed." : "The connection to QEMU's monitor broke.", e);
        }

        _pending.End(reason);
        _events.End();
        return reason;
    }

    private void Dispatch(QmpMessage message)
    {
        switch (message)
        {
            case QmpMessage.Answer answer:
                _pending.Take(answer.Id)?.TrySetResult(answer.Value);
                break;
            case QmpMessage.Error { Id: { } id } error:
                _pending.Take(id)?.TrySetException(new QmpException(SandboxErrorCode.MonitorCommandFailed, error.Description) { ErrorClass = error.Class, Description = error.Description });
                break;
            case QmpMessage.Event { Value: var published }:
                QmpLog.MonitorEvent(_logger, published.Name);
                _events.Publish(published);
                break;
            default:
                throw new QmpException(SandboxErrorCode.MonitorProtocol, "QEMU's monitor sent a message that belongs to no command.");
        }
    }
}
