using System.Globalization;

namespace DesktopGrid.VmSandbox.Platform.Processes;

/// <summary>
/// A process that can be found again later without mistaking a reused process number for it: the number, when it started, and in which
/// boot of the host.
/// </summary>
/// <param name="Id">The operating system's process number.</param>
/// <param name="StartTicks">When it started, in the operating system's own unit.</param>
/// <param name="BootId">Which boot of the host; empty where the unit of <paramref name="StartTicks"/> is absolute.</param>
internal sealed record ProcessIdentity(int Id, long StartTicks, string BootId)
{
    /// <summary>The form that is kept in the catalog.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}:{StartTicks}:{BootId}");

    /// <summary>Reads that form; null when it is none.</summary>
    public static ProcessIdentity? TryParse(string? text) =>
        text?.Split(':', 3) is [var id, var ticks, var boot]
        && int.TryParse(id, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(ticks, CultureInfo.InvariantCulture, out var start)
            ? new ProcessIdentity(number, start, boot)
            : null;
}
