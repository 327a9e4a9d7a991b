namespace DesktopGrid.VmSandbox.Vms.Boundary;

/// <summary>
/// What the machine verbs need of the guest. Declared here and implemented by the room that speaks HTTP, so that the arrow points down:
/// this room knows no protocol.
/// </summary>
internal interface IGuestLink : IAsyncDisposable
{
    /// <summary>Waits for the daemon's first answer. The caller's token is the bound; the process's death is watched by the caller.</summary>
    /// <exception cref="Primitives.SandboxException">The daemon speaks another version or breaks the protocol.</exception>
    Task<GuestGreeting> WaitUntilReadyAsync(CancellationToken cancellationToken);

    /// <summary>Gives a guest that goes on from a saved instant a fresh random pool and the time of day.</summary>
    /// <param name="identity">Who it is from now on, where it is not the one whose instant it was; null where it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Primitives.SandboxException">It cannot be reached, or refused.</exception>
    Task RenewAsync(Guid? identity, CancellationToken cancellationToken);

    /// <summary>Lets the guest end the connection over which its control verbs came, in order: it has nothing to clear away when the next comes.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);

    /// <summary>Asks the guest to end itself. Returns when it has said that it will.</summary>
    Task ShutDownAsync(CancellationToken cancellationToken);
}

/// <summary>What the daemon said of itself.</summary>
/// <param name="DaemonVersion">Its version.</param>
/// <param name="Uptime">Since the guest's kernel started.</param>
internal sealed record GuestGreeting(string DaemonVersion, TimeSpan Uptime);
