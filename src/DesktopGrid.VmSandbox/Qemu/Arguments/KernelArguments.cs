namespace DesktopGrid.VmSandbox.Qemu.Arguments;

/// <summary>The kernel is given to QEMU directly: no firmware menu, no boot loader.</summary>
internal static class KernelArguments
{
    public static IReadOnlyList<string> For(MachineSpec spec) =>
        ["-kernel", spec.KernelPath, "-initrd", spec.InitrdPath, "-append", spec.KernelCommandLine];
}
