using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.GuestBridge;

/// <summary>What an application in the guest says of itself, as hostile as all that comes from there. Its CPU times are those of the guest's clock, and the machine's own are told instead.</summary>
/// <param name="FractionDone">0 to 1; null where it says nothing of it.</param>
internal sealed record GuestAppStatus(double? FractionDone)
{
    /// <summary>Reads it.</summary>
    public static GuestAppStatus Parse(string text) => new(ValueText.Behind(text, "fraction_done") is >= 0 and <= 1 and var fraction ? fraction : null);
}
