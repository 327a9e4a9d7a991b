namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>How a project is switched.</summary>
/// <param name="Wait">How long to wait for tasks that have to end first; zero to only ask for their end.</param>
/// <param name="DiscardWork">Whether tasks in progress may be lost.</param>
/// <param name="Force">Whether files of ours that were changed since are removed too.</param>
/// <param name="Restart">Whether the client is told to quit, so that whoever starts it starts it anew.</param>
/// <param name="EngineOnly">Whether a refresh brings our own wrapper, QEMU and guest image and nothing of the project's.</param>
internal sealed record SwitchOptions(TimeSpan Wait = default, bool DiscardWork = false, bool Force = false, bool Restart = false, bool EngineOnly = false);
