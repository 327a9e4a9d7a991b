namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>Whether an accelerator booted a guest within its time, on this host with this QEMU.</summary>
/// <param name="Accelerator">Which.</param>
/// <param name="IsProven">Whether the guest booted.</param>
/// <param name="Reason">How long it took, or what happened instead.</param>
public sealed record AcceleratorVerdict(Accelerator Accelerator, bool IsProven, string Reason);
