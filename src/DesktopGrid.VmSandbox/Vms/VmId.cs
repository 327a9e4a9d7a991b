using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DesktopGrid.VmSandbox.Vms;

/// <summary>The name of one machine in its store: twelve lower-case hexadecimal digits, in text as in JSON. The default value names none.</summary>
[JsonConverter(typeof(VmIdJsonConverter))]
public readonly record struct VmId : IParsable<VmId>
{
    private const int Length = 12;
    private readonly string? _text;

    private VmId(string text) => _text = text;

    /// <summary>Reads an id.</summary>
    /// <param name="text">Twelve lower-case hexadecimal digits.</param>
    /// <returns>The id.</returns>
    /// <exception cref="FormatException">The text is no id.</exception>
    public static VmId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"\"{text}\" is no machine id; an id has {Length} lower-case hexadecimal digits.");

    /// <summary>Reads an id.</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The id, when the answer is true.</param>
    /// <returns>Whether the text is an id.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out VmId id)
    {
        var fits = text is { Length: Length } && text.All(char.IsAsciiHexDigitLower);
        id = fits ? new VmId(text!) : default;
        return fits;
    }

    /// <summary>The twelve digits; empty for the default value.</summary>
    /// <returns>The text that <see cref="Parse(string)"/> reads.</returns>
    public override string ToString() => _text ?? "";

    /// <inheritdoc />
    static VmId IParsable<VmId>.Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc />
    static bool IParsable<VmId>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out VmId result) => TryParse(s, out result);

    /// <summary>A new random id.</summary>
    internal static VmId New() => new(RandomNumberGenerator.GetHexString(Length, lowercase: true));
}

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
