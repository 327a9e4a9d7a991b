namespace DesktopGrid.VmSandbox.Vms;

/// <summary>The machine verbs.</summary>
public enum VmVerb
{
    /// <summary>A new machine from a base image: catalog row and overlay, no process.</summary>
    Create = 0,
    /// <summary>Take an existing machine in hand, also after its host process died.</summary>
    Load = 1,
    /// <summary>Run it.</summary>
    Start = 2,
    /// <summary>Halt its virtual CPUs; nothing is written.</summary>
    Suspend = 3,
    /// <summary>Let its virtual CPUs go on.</summary>
    Continue = 4,
    /// <summary>End it: ask the guest first, then insist.</summary>
    Stop = 5,
    /// <summary>End it and remove everything that it had on disk.</summary>
    Destroy = 6,
    /// <summary>Tell how it is.</summary>
    GetStatus = 7,
    /// <summary>Keep this instant of it, RAM, devices and disk, while it runs.</summary>
    Checkpoint = 8,
    /// <summary>Run it from an instant that was kept.</summary>
    Resume = 9,
    /// <summary>Keep an instant no longer.</summary>
    RemoveCheckpoint = 10,
    /// <summary>Write an instant that was kept to a file that can travel.</summary>
    Export = 11,
    /// <summary>A new machine from an instant that has travelled: no process.</summary>
    Import = 12,
}
