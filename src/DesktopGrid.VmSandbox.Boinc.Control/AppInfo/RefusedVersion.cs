using DesktopGrid.VmSandbox.Boinc.Control.ClientState;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>An application version that cannot run in a sandbox.</summary>
/// <param name="Tuple">Which.</param>
/// <param name="Reason">Why, as the second half of a sentence.</param>
/// <param name="Tasks">How many tasks in progress it has.</param>
/// <param name="MayPass">Whether the reason passes by itself: the client does not have all of its files yet.</param>
internal sealed record RefusedVersion(VersionTuple Tuple, string Reason, int Tasks, bool MayPass);
