namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>What came of a switch.</summary>
/// <param name="Sentences">What was done and what is to be done, a sentence each.</param>
/// <param name="IsDone">Whether nothing is left to do but to start the client again.</param>
/// <param name="NeedsRestart">Whether the client has to be started again before anything changes.</param>
internal sealed record SwitchOutcome(IReadOnlyList<string> Sentences, bool IsDone, bool NeedsRestart);
