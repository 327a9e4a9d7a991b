using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Diagnosis;

/// <summary>What this computer can do as a sandbox host, after a guest has been booted to prove it.</summary>
public sealed record HostDiagnosis
{
    /// <summary>Whether a guest booted and answered.</summary>
    public bool IsReady { get; init; }
    /// <summary>The emulator's file; null where none was found.</summary>
    public string? QemuPath { get; init; }
    /// <summary>Where it was found: option, environment, PATH, install folder.</summary>
    public string? QemuFoundBy { get; init; }
    /// <summary>What it says of itself.</summary>
    public string? QemuVersion { get; init; }
    /// <summary>The guest image's name and hash; null where none was found.</summary>
    public string? Image { get; init; }
    /// <summary>Each accelerator and whether it has just booted a guest.</summary>
    public IReadOnlyList<AcceleratorVerdict> Accelerators { get; init; } = [];
    /// <summary>What executed the guest that was booted.</summary>
    public Accelerator? Accelerator { get; init; }
    /// <summary>What the machine is worth as a barrier.</summary>
    public AssuranceLevel? Assurance { get; init; }
    /// <summary>The confinement of the QEMU that was booted.</summary>
    public IReadOnlyList<ConfinementLayerStatus> Confinement { get; init; } = [];
    /// <summary>From the verb start to the daemon's answer.</summary>
    public TimeSpan? StartTime { get; init; }
    /// <summary>From a ping to its answer, the median of ten.</summary>
    public TimeSpan? PingTime { get; init; }
    /// <summary>What is not as it should be, and what to do. A host is not ready where one of them is fatal (<see cref="DiagnosisFinding.IsFatal"/>); the others, such as emulation or a confinement layer that is off, stand on a ready host too.</summary>
    public IReadOnlyList<DiagnosisFinding> Findings { get; init; } = [];
}

/// <summary>One thing that is not as it should be.</summary>
/// <param name="Step">What was tried: qemu, image, accelerator, start, confinement.</param>
/// <param name="IsFatal">Whether no job can run for it.</param>
/// <param name="Message">One sentence, with what to do.</param>
public sealed record DiagnosisFinding(string Step, bool IsFatal, string Message);
