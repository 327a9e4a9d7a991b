namespace DesktopGrid.VmSandbox.Pausing;

/// <summary>Why the machines of a host stand.</summary>
public enum PauseReason
{
    /// <summary>The computer runs on its battery.</summary>
    OnBattery = 0,
    /// <summary>Somebody uses its keyboard, mouse or terminal.</summary>
    UserActive = 1,
    /// <summary>Other programs use its processors.</summary>
    ProcessorsBusy = 2,
    /// <summary>The client's own hook says so.</summary>
    Asked = 3,
}
