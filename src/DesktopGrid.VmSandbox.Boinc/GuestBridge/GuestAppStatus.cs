using System.Globalization;

namespace DesktopGrid.VmSandbox.Boinc.GuestBridge;

/// <summary>What an application in the guest says of itself, as hostile as all that comes from there.</summary>
/// <param name="FractionDone">0 to 1; null where it says nothing of it.</param>
/// <param name="CheckpointCpuTime">CPU time at its last checkpoint by the guest's clock; a change says that it has kept its state.</param>
/// <param name="WantsNetwork">Whether it waits for the network, which a sandbox does not have.</param>
internal sealed record GuestAppStatus(double? FractionDone, double CheckpointCpuTime, bool WantsNetwork)
{
    /// <summary>Reads it.</summary>
    public static GuestAppStatus Parse(string text) => new(
        Number(text, "fraction_done") is >= 0 and <= 1 and var fraction ? fraction : null,
        Number(text, "checkpoint_cpu_time") ?? 0,
        text.Contains("<want_network>1", StringComparison.Ordinal));

    private static double? Number(string text, string tag)
    {
        var begin = text.IndexOf($"<{tag}>", StringComparison.Ordinal);
        if (begin < 0)
        {
            return null;
        }

        var value = text.AsSpan(begin + tag.Length + 2);
        var end = value.IndexOf('<');
        return double.TryParse(end < 0 ? value : value[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
    }
}
