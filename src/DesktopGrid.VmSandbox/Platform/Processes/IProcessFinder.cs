namespace DesktopGrid.VmSandbox.Platform.Processes;

/// <summary>Finds processes that were started earlier, maybe by a host process that is dead. Knows nothing of machines.</summary>
internal interface IProcessFinder
{
    /// <summary>This very process.</summary>
    ProcessIdentity Current { get; }
    /// <summary>Whether exactly this process still runs.</summary>
    bool IsAlive(ProcessIdentity identity);
    /// <summary>Kills exactly this process; nothing when it is gone or its number belongs to another.</summary>
    void Kill(ProcessIdentity identity);
    /// <summary>
    /// Lets it stand back behind the owner's other programs as a whole, where the operating system shares processors between sessions first and only
    /// then by the priorities of threads, or come forward again: to <see cref="ProcessPriority.Normal"/>, for as long as it is waited for.
    /// </summary>
    /// <returns>Whether it does so now, or there is nothing to do; false where the kernel wants to be asked again in a tenth of a second.</returns>
    bool StandBack(ProcessIdentity identity, ProcessPriority priority);
    /// <summary>Waits until it has ended: without a bound of its own, so that the caller's token must have one.</summary>
    Task WaitForExitAsync(ProcessIdentity identity, CancellationToken cancellationToken);
}
