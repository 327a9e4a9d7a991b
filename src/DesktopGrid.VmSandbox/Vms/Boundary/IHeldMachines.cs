namespace DesktopGrid.VmSandbox.Vms.Boundary;

/// <summary>The machines that this process runs, to be held for the sake of the computer's owner. A hold is not a suspension of the caller's, and gives way to one.</summary>
internal interface IHeldMachines
{
    /// <summary>Processor time that they have used, of those that have ended too.</summary>
    TimeSpan CpuTime();

    /// <summary>Halts the virtual CPUs of each that runs, but for those that a verb has in hand: it is called again.</summary>
    Task HoldAsync(string reason, CancellationToken cancellationToken);

    /// <summary>Lets go on what was held, and nobody has suspended since; likewise.</summary>
    Task ReleaseAsync(CancellationToken cancellationToken);
}
