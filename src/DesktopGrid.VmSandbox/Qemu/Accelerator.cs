namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>What executes the guest's instructions. Names are QEMU's (<c>-accel</c>).</summary>
public enum Accelerator
{
    /// <summary>Software emulation; works everywhere, many times slower than native.</summary>
    Tcg = 0,
    /// <summary>Linux's kernel virtual machine.</summary>
    Kvm = 1,
    /// <summary>The Windows hypervisor platform.</summary>
    Whpx = 2,
    /// <summary>Apple's hypervisor framework.</summary>
    Hvf = 3,
}

/// <summary>QEMU's names.</summary>
internal static class AcceleratorNames
{
    public static string QemuName(this Accelerator accelerator) => accelerator switch
    {
        Accelerator.Kvm => "kvm",
        Accelerator.Whpx => "whpx",
        Accelerator.Hvf => "hvf",
        _ => "tcg",
    };

    public static Accelerator Parse(string qemuName) => Enum.GetValues<Accelerator>().Single(accelerator => accelerator.QemuName() == qemuName);
}
