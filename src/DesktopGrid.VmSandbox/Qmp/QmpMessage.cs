using System.Buffers;
using System.Text.Json;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Qmp;

/// <summary>One message of QEMU: a greeting, an answer, an error or an event (QEMU, docs/interop/qmp-spec).</summary>
internal abstract record QmpMessage
{
    internal sealed record Greeting(JsonElement Version) : QmpMessage;

    internal sealed record Answer(long Id, JsonElement Value) : QmpMessage;

    /// <summary>An error that names no id belongs to a line that QEMU could not read.</summary>
    internal sealed record Error(long? Id, string Class, string Description) : QmpMessage;

    internal sealed record Event(QmpEvent Value) : QmpMessage;

    /// <summary>Reads one line; what is no QMP is refused.</summary>
    public static QmpMessage Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            var message = JsonElement.ParseValue(ref reader);
            if (message.TryGetProperty("return"u8, out var value))
            {
                return new Answer(message.GetProperty("id"u8).GetInt64(), value);
            }

            if (message.TryGetProperty("error"u8, out var error))
            {
                return new Error(
                    message.TryGetProperty("id"u8, out var id) ? id.GetInt64() : null,
                    error.GetProperty("class"u8).GetString() ?? "",
                    TextTail.Clean(error.GetProperty("desc"u8).GetString() ?? ""));
            }

            if (message.TryGetProperty("event"u8, out var name))
            {
                return new Event(new QmpEvent(name.GetString() ?? "", message.TryGetProperty("data"u8, out var data) ? data : default, Time(message)));
            }

            return new Greeting(message.GetProperty("QMP"u8).GetProperty("version"u8));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new QmpException(SandboxErrorCode.MonitorProtocol, "QEMU's monitor sent something that is no QMP.", e);
        }
    }

    private static DateTimeOffset Time(JsonElement message)
    {
        var stamp = message.GetProperty("timestamp"u8);
        var (seconds, microseconds) = (stamp.GetProperty("seconds"u8).GetInt64(), stamp.GetProperty("microseconds"u8).GetInt64());
        // QEMU sends -1 where the host's clock failed.
        return seconds is >= 0 and < 253402300800 && microseconds is >= 0 and < 1_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(microseconds)
            : DateTimeOffset.UnixEpoch;
    }
}
