namespace DesktopGrid.VmSandbox.Vms;

/// <summary>Which way a machine came to run.</summary>
public enum StartPath
{
    /// <summary>The guest's kernel was booted.</summary>
    Cold = 0,
    /// <summary>It went on from a checkpoint.</summary>
    Resumed = 1,
    /// <summary>It went on from its template: a guest of the same image and size that was booted once and kept.</summary>
    Template = 2,
    /// <summary>Likewise, and it shares the template's memory with other machines (<see cref="VmOptions.ShareMemory"/>).</summary>
    SharedTemplate = 3,
}
