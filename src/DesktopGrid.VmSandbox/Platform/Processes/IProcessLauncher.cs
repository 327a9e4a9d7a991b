namespace DesktopGrid.VmSandbox.Platform.Processes;

/// <summary>Starts confined processes that end with this one.</summary>
internal interface IProcessLauncher : IDisposable
{
    /// <summary>Starts a process; priority, limits and confinement are in force before its first instruction.</summary>
    /// <exception cref="PlatformException">The operating system refused.</exception>
    Task<HostProcess> StartAsync(LaunchRequest request, CancellationToken cancellationToken);
}
