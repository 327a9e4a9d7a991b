using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DesktopGrid.VmSandbox.Qmp;

/// <summary>A command of QEMU's schema and the type of its answer.</summary>
/// <param name="Name">QEMU's name.</param>
/// <param name="Reply">How the answer is read.</param>
/// <param name="WriteArguments">Writes the members of "arguments"; null for none.</param>
internal sealed record QmpCommand<TReply>(string Name, JsonTypeInfo<TReply> Reply, Action<Utf8JsonWriter>? WriteArguments = null)
{
    /// <summary>The command as one line of JSON.</summary>
    public byte[] ToLine(long id)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("execute"u8, Name);
            writer.WriteNumber("id"u8, id);
            if (WriteArguments is not null)
            {
                writer.WriteStartObject("arguments"u8);
                WriteArguments(writer);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }
}
