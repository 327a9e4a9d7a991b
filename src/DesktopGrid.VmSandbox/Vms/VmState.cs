namespace DesktopGrid.VmSandbox.Vms;

/// <summary>The life of a machine. <see cref="VmTransitions"/> says which verb leads from where to where.</summary>
public enum VmState
{
    /// <summary>It has an overlay and was never started.</summary>
    Created = 0,
    /// <summary>Its virtual CPUs run and its daemon has answered.</summary>
    Running = 1,
    /// <summary>Its virtual CPUs stand; everything is kept in memory.</summary>
    Suspended = 2,
    /// <summary>It was ended on purpose; its overlay stands.</summary>
    Stopped = 3,
    /// <summary>It ended by itself: QEMU died, the guest panicked, or its host process was killed. Its overlay stands.</summary>
    Failed = 4,
    /// <summary>It is gone. Never stored.</summary>
    Destroyed = 5,
}
