using DesktopGrid.VmSandbox.Boinc.Slots;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Guests;

/// <summary>What the guest wrote, for people: no control character reaches their terminal or page.</summary>
internal static class ConsoleText
{
    private const int MostLines = 20;

    /// <summary>The last lines.</summary>
    public static IReadOnlyList<string> Lines(string text) => [.. Printable(text).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(MostLines)];

    /// <summary>The text with dots for control characters.</summary>
    public static string Printable(string text) => PlainText.Lines(text);
}
