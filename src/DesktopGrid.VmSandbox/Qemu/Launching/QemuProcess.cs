using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;

namespace DesktopGrid.VmSandbox.Qemu.Launching;

/// <summary>A QEMU that was started here: owns process, monitor and console.</summary>
internal sealed class QemuProcess(HostProcess process, QmpClient monitor, Stream console, ErrorDrain errors, string commandLine, IReadOnlyList<ConfinementLayerStatus> confinement) : IQemuProcess
{
    public ProcessIdentity Identity => process.Identity;

    public QmpClient Monitor => monitor;

    public Stream Console => console;

    public TextTail Errors => errors.Tail;

    public string? CommandLine => commandLine;

    public Task<ProcessExit> Exited => process.Exited;

    public IReadOnlyList<ConfinementLayerStatus> Confinement => confinement;

    public void Kill() => process.Kill();

    public async ValueTask DisposeAsync()
    {
        await monitor.DisposeAsync().ConfigureAwait(false);
        await console.DisposeAsync().ConfigureAwait(false);
        await process.DisposeAsync().ConfigureAwait(false);
        await errors.DisposeAsync().ConfigureAwait(false);
    }
}
