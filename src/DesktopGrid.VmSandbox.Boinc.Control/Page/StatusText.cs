using System.Globalization;
using System.Text.Json;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Page;

/// <summary>Reads what a wrapper tells of its sandbox. A guest has a hand in it, so that everything is bounded.</summary>
internal static class StatusText
{
    /// <exception cref="BoincException">It is no JSON object.</exception>
    public static SandboxStatus Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && json.Length <= StatusForm.MostBytes ? Read(root) : throw Malformed(null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text with half a surrogate pair.
            throw Malformed(e);
        }
    }

    private static SandboxStatus Read(JsonElement root) => new()
    {
        Result = Text(root, StatusForm.Result),
        Project = Text(root, StatusForm.Project),
        Machine = Text(root, StatusForm.Machine),
        State = Text(root, StatusForm.State),
        FractionDone = Number(root, StatusForm.FractionDone, 1),
        CpuSeconds = Number(root, StatusForm.CpuSeconds, StatusForm.MostNumber),
        ElapsedSeconds = Number(root, StatusForm.ElapsedSeconds, StatusForm.MostNumber),
        LastCheckpoint = DateTimeOffset.TryParse(Text(root, StatusForm.LastCheckpoint), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null,
        MemoryBytes = Number(root, StatusForm.MemoryBytes, StatusForm.MostNumber),
        Accelerator = Text(root, StatusForm.Accelerator),
        Console = root.TryGetProperty(StatusForm.Console, out var console) && console.ValueKind == JsonValueKind.Array
            ? [.. console.EnumerateArray().Where(static line => line.ValueKind == JsonValueKind.String).TakeLast(StatusForm.MostLines).Select(static line => PlainText.Beginning(line.GetString()!, StatusForm.LongestLine))]
            : [],
    };

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? PlainText.Beginning(value.GetString()!, StatusForm.LongestText) : "";

    private static double Number(JsonElement root, string name, double most) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? Math.Clamp(number, 0, most) : 0;

    private static BoincException Malformed(Exception? cause) => new(SandboxErrorCode.BoincFileMalformed, "A sandbox's status is not what the wrapper writes.", cause);
}
