using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
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
