using System.Globalization;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Guests;

/// <summary>The last number in the end of a file, 0 to 1, as the stock wrapper takes it. Hostile text.</summary>
internal static class FractionText
{
    /// <summary>The number; null where there is none.</summary>
    public static double? Last(string end)
    {
        foreach (var word in end.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
            {
                return Math.Clamp(value, 0, 1);
            }
        }

        return null;
    }
}
