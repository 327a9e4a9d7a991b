using DesktopGrid.VmSandbox.Boinc.Control.ClientState;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>An application version that is to run in a sandbox.</summary>
/// <param name="Original">As the project sent it.</param>
/// <param name="Files">The files that it names, each once.</param>
/// <param name="NativeFlops">What it computes in a second without a sandbox: the project's word, or the client's benchmark.</param>
/// <param name="Options">What our wrapper is told about it.</param>
internal sealed record PlannedVersion(AppVersion Original, IReadOnlyList<AppFile> Files, double NativeFlops, VersionOptions Options)
{
    // A project that says nothing sensible must not make a deadline of centuries.
    private const double Least = 1e6;

    /// <summary>What the client is told that it computes in a second, in a sandbox that is so many times slower.</summary>
    public double FlopsFor(double factor) => Math.Max(Least, Math.Round(NativeFlops / Math.Max(factor, 1)));
}
