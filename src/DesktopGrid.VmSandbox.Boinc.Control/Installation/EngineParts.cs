namespace DesktopGrid.VmSandbox.Boinc.Control.Installation;

/// <summary>What a project's tasks are run with, as it lies on this computer.</summary>
/// <param name="Emulator">QEMU's system emulator.</param>
/// <param name="Bundle">The folder of a QEMU that is carried along, which is copied; null for one that the system has.</param>
/// <param name="GuestImage">The folder of the guest image.</param>
/// <param name="Wrapper">Our wrapper's program.</param>
internal sealed record EngineParts(string Emulator, string? Bundle, string GuestImage, string Wrapper);
