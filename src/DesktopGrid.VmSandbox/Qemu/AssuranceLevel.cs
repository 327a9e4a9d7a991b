namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>
/// How much the machine itself is worth as a barrier. QEMU's security page treats bugs as security bugs only for guests under a
/// hardware accelerator and says that users must not rely on emulation for isolation
/// (https://www.qemu.org/docs/master/system/security.html); with emulation the confinement of the process is the barrier that counts.
/// </summary>
public enum AssuranceLevel
{
    /// <summary>Software emulation: no security boundary by QEMU's own word; confinement carries the weight.</summary>
    Emulation = 0,
    /// <summary>Hardware virtualization: the case that QEMU's security process covers.</summary>
    Hardware = 1,
}
