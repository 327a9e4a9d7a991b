namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>Where verdicts on accelerators are remembered between processes. Declared here, implemented by the room that keeps things.</summary>
internal interface IVerdictStore
{
    /// <summary>The verdict that was remembered, or null.</summary>
    Task<AcceleratorVerdict?> FindAsync(string key, Accelerator accelerator, CancellationToken cancellationToken);

    /// <summary>Remembers a verdict in place of an older one.</summary>
    Task SaveAsync(string key, AcceleratorVerdict verdict, CancellationToken cancellationToken);
}
