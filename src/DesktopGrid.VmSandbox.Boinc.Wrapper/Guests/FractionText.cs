using System.Text;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Guests;

/// <summary>The last number in the end of a file, 0 to 1, as the stock wrapper takes it. Hostile text.</summary>
internal static class FractionText
{
    /// <summary>The number; null where there is none. An end that is as long as what was asked for may begin within a number, which is none then.</summary>
    /// <param name="end">The end of the file.</param>
    /// <param name="mostBytes">How much of it was asked for.</param>
    public static double? Last(string end, int mostBytes)
    {
        var words = end.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var isCut = Encoding.UTF8.GetByteCount(end) >= mostBytes && !char.IsWhiteSpace(end[0]);
        for (var i = words.Length - 1; i >= (isCut ? 1 : 0); i--)
        {
            if (ValueText.Number(words[i]) is { } value)
            {
                return Math.Clamp(value, 0, 1);
            }
        }

        return null;
    }
}
