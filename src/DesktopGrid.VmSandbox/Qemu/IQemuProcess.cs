using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;

namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>One running QEMU. Disposing it kills what still runs, unless it was told to outlive its host: then it only lets go.</summary>
internal interface IQemuProcess : IAsyncDisposable
{
    /// <summary>Its own process.</summary>
    ProcessIdentity Identity { get; }
    /// <summary>Its monitor.</summary>
    QmpClient Monitor { get; }
    /// <summary>The guest's serial console; read by one reader, at a bounded rate.</summary>
    Stream Console { get; }
    /// <summary>The last lines of its standard error; empty for an adopted one.</summary>
    TextTail Errors { get; }
    /// <summary>Its command line; null for an adopted one.</summary>
    string? CommandLine { get; }
    /// <summary>Ends when the process has ended.</summary>
    Task<ProcessExit> Exited { get; }
    /// <summary>The confinement in force, layer by layer, QEMU's own filter among them.</summary>
    IReadOnlyList<ConfinementLayerStatus> Confinement { get; }
    /// <summary>Kills it.</summary>
    void Kill();
}
