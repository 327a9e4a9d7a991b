using DesktopGrid.VmSandbox.Boinc.Control.ClientState;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>An application version that is to run in a sandbox.</summary>
/// <param name="Original">As the project sent it.</param>
/// <param name="Files">The files that it names, each once.</param>
/// <param name="Flops">What it is told to compute in a second here: the original's figure by the emulation factor.</param>
/// <param name="Options">What our wrapper is told about it.</param>
internal sealed record PlannedVersion(AppVersion Original, IReadOnlyList<AppFile> Files, double Flops, WrapperOptions Options);
