namespace DesktopGrid.VmSandbox.GlobinSearch;

/// <summary>What a guest wrote is hostile: a terminal must not obey it.</summary>
internal static class Printable
{
    public static string Of(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter));
}
