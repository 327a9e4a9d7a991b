namespace DesktopGrid.VmSandbox.GenWrapper;

/// <summary>What a guest wrote is hostile: a terminal must not obey it.</summary>
internal static class Printable
{
    public static string Of(string text) => string.Concat(text.Select(static letter => char.IsControl(letter) && letter is not '\n' ? '?' : letter));
}
