using System.Globalization;
using System.Text.Json;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Page;

/// <summary>Reads what a wrapper tells of its sandbox. A guest has a hand in it, so that everything is bounded.</summary>
internal static class StatusText
{
    public const int MostBytes = 64 * 1024;

    private const int LongestText = 200, LongestLine = 400, MostLines = 60;
    private const double MostNumber = 1e15;

    /// <exception cref="BoincException">It is no JSON object.</exception>
    public static SandboxStatus Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && json.Length <= MostBytes ? Read(root) : throw Malformed(null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text with half a surrogate pair.
            throw Malformed(e);
        }
    }

    private static SandboxStatus Read(JsonElement root) => new()
    {
        Result = Text(root, "result"),
        Project = Text(root, "project"),
        Machine = Text(root, "machine"),
        State = Text(root, "state"),
        FractionDone = Number(root, "fraction_done", 1),
        CpuSeconds = Number(root, "cpu_seconds", MostNumber),
        ElapsedSeconds = Number(root, "elapsed_seconds", MostNumber),
        LastCheckpoint = DateTimeOffset.TryParse(Text(root, "last_checkpoint"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null,
        MemoryBytes = Number(root, "memory_bytes", MostNumber),
        Accelerator = Text(root, "accelerator"),
        Console = root.TryGetProperty("console", out var console) && console.ValueKind == JsonValueKind.Array
            ? [.. console.EnumerateArray().Where(static line => line.ValueKind == JsonValueKind.String).TakeLast(MostLines).Select(static line => Bounded(line.GetString()!, LongestLine))]
            : [],
    };

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Bounded(value.GetString()!, LongestText) : "";

    private static double Number(JsonElement root, string name, double most) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? Math.Clamp(number, 0, most) : 0;

    /// <summary>Without controls, and without what turns the direction of a line about.</summary>
    private static string Bounded(string text, int length) => string.Concat(text.Take(length).Select(static c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069') ? '.' : c));

    private static BoincException Malformed(Exception? cause) => new(SandboxErrorCode.BoincFileMalformed, "A sandbox's status is not what the wrapper writes.", cause);
}
