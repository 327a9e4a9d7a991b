using System.Buffers;
using System.IO.Pipelines;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Qmp;

/// <summary>Cuts the monitor's byte stream into messages, one a line, and bounds their length.</summary>
internal sealed class QmpReader(Stream stream, int maxFrameBytes) : IAsyncDisposable
{
    private readonly PipeReader _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

    /// <summary>The next message; null when QEMU has closed the connection between two messages.</summary>
    public async ValueTask<QmpMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                var next = buffer.GetPosition(1, end);
                if (IsBlank(line))
                {
                    _pipe.AdvanceTo(next);
                    continue;
                }

                var message = QmpMessage.Parse(line);
                _pipe.AdvanceTo(next);
                return message;
            }

            if (buffer.Length > maxFrameBytes)
            {
                throw new QmpException(SandboxErrorCode.MonitorProtocol, $"QEMU's monitor sent a message of more than {maxFrameBytes} bytes.");
            }

            if (result.IsCompleted)
            {
                return buffer.IsEmpty ? null : throw new QmpException(SandboxErrorCode.MonitorDisconnected, "QEMU broke off in the middle of a message.");
            }

            _pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    public ValueTask DisposeAsync() => _pipe.CompleteAsync();

    private static bool IsBlank(ReadOnlySequence<byte> line) => line.IsEmpty || (line.Length == 1 && line.FirstSpan[0] == '\r');
}
