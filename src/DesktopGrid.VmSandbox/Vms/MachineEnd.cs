using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Vms;

/// <summary>How a machine ended: the evidence for whoever has to say why.</summary>
/// <param name="Code">The failure's number: <see cref="SandboxErrorCode.MachineEnded"/>, or what ended it.</param>
/// <param name="Why">One sentence.</param>
/// <param name="Advice">What can be done about it; null where nothing sensible can be said.</param>
/// <param name="Evidence">What its QEMU has left.</param>
internal sealed record MachineEnd(SandboxErrorCode Code, string Why, string? Advice, QemuEvidence Evidence);
