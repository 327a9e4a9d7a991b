using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Windows.Processes;

namespace DesktopGrid.VmSandbox.Platform.Windows.Hosting;

/// <inheritdoc />
[SupportedOSPlatform("windows")]
internal sealed class WindowsHostProcess(WindowsProcess process, IReadOnlyList<ConfinementLayerStatus> confinement, bool outlivesHost, TimeProvider time) : HostProcess(outlivesHost, time)
{
    public override ProcessIdentity Identity => process.Identity;

    public override Stream StandardOutput => process.StandardOutput;

    public override Stream StandardError => process.StandardError;

    public override Task<ProcessExit> Exited => process.Exited;

    public override IReadOnlyList<ConfinementLayerStatus> Confinement => confinement;

    protected override void KillTree() => process.Kill();

    protected override void Release() => process.Dispose();
}
