using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>Which QEMU to use and how to run it.</summary>
public sealed class QemuOptions
{
    /// <summary>
    /// The system emulator's file. Null (default): the environment variable <c>VMSANDBOX_QEMU</c>, then a bundle beside the
    /// application, then PATH, then the usual install folders of the operating system.
    /// </summary>
    public string? EmulatorPath { get; set; }

    /// <summary>
    /// The accelerator to use. Null (default): the best one that has booted a guest here. Naming a hardware accelerator makes a start fail
    /// where its proof fails; naming <see cref="Qemu.Accelerator.Tcg"/> skips the proof.
    /// </summary>
    public Accelerator? Accelerator { get; set; }

    /// <summary>Whether to refuse to run without hardware virtualization. Default false.</summary>
    public bool RequireHardware { get; set; }

    /// <summary>How long one accelerator may take to boot the proving guest. Default 10 s, range 1 s to 10 min.</summary>
    public TimeSpan ProofTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long QEMU's process may take to open its monitor. Default 30 s, range 1 s to 10 min.</summary>
    public TimeSpan LaunchTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The priority from the first instruction on. Default <see cref="ProcessPriority.Idle"/>, so that the owner notices nothing.</summary>
    public ProcessPriority Priority { get; set; } = ProcessPriority.Idle;

    /// <summary>
    /// Confinement layers without which a start is refused. Default none: what is to be had is switched on, and the status says what is
    /// off and why. Dangerous to leave empty where guests are hostile and the accelerator is emulation.
    /// </summary>
    public IReadOnlyList<ConfinementLayer> RequiredLayers { get; set; } = [];
}
