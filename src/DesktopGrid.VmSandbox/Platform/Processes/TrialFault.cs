namespace DesktopGrid.VmSandbox.Platform.Processes;

/// <summary>Why a program that was tried is not used.</summary>
/// <param name="Reason">What went wrong, in its own words.</param>
/// <param name="TimedOut">Whether it was only too slow, which it need not be again: such a trial is not remembered.</param>
internal sealed record TrialFault(string Reason, bool TimedOut = false);
