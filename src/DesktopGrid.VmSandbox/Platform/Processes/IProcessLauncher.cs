namespace DesktopGrid.VmSandbox.Platform.Processes;

/// <summary>Starts confined processes that end with this one.</summary>
internal interface IProcessLauncher : IDisposable
{
    /// <summary>Starts a process; priority, limits and confinement are in force before its first instruction.</summary>
    /// <exception cref="PlatformException">The operating system refused.</exception>
    Task<HostProcess> StartAsync(LaunchRequest request, CancellationToken cancellationToken);

    /// <summary>Lets the next launch find out anew what works here: a tool may have been installed since, or a program have become another one.</summary>
    Task ForgetAsync(CancellationToken cancellationToken);
}
