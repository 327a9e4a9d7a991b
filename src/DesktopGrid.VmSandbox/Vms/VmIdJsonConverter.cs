using System.Text.Json;
using System.Text.Json.Serialization;

namespace DesktopGrid.VmSandbox.Vms;

/// <summary>Writes a <see cref="VmId"/> as its text, so that a status or a result can be written as JSON as it is.</summary>
public sealed class VmIdJsonConverter : JsonConverter<VmId>
{
    /// <summary>Reads an id; the empty text is the default value.</summary>
    /// <param name="reader">At a string.</param>
    /// <param name="typeToConvert">The type of an id.</param>
    /// <param name="options">Not used.</param>
    /// <returns>The id.</returns>
    /// <exception cref="JsonException">The text is no id.</exception>
    public override VmId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.GetString() is { } text && (text.Length == 0 || VmId.TryParse(text, out _))
            ? text.Length == 0 ? default : VmId.Parse(text)
            : throw new JsonException("The value is no machine id.");

    /// <summary>Writes an id as a string.</summary>
    /// <param name="writer">Where.</param>
    /// <param name="value">The id.</param>
    /// <param name="options">Not used.</param>
    public override void Write(Utf8JsonWriter writer, VmId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
