namespace DesktopGrid.VmSandbox.Qemu.Discovery;

/// <summary>What one proof has shown.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="TimedOut">Whether it only says that the time ran out, which a busy computer does to a good accelerator too.</param>
internal sealed record AcceleratorProof(AcceleratorVerdict Verdict, bool TimedOut);
