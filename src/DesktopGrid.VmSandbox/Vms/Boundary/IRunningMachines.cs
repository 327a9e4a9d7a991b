namespace DesktopGrid.VmSandbox.Vms.Boundary;

/// <summary>The machine verbs, and besides them the running part of a machine, for the rooms above.</summary>
internal interface IRunningMachines : IVmManager
{
    /// <summary>As <see cref="IVmManager.StartAsync"/>, and tells where it waits for room in the host's budget.</summary>
    /// <param name="id">Which.</param>
    /// <param name="queued">Told true when it begins to wait, and false when it has its place; neither where there is room.</param>
    /// <param name="cancellationToken">Gives up, also waiting.</param>
    Task StartAsync(VmId id, Action<bool> queued, CancellationToken cancellationToken);

    /// <summary>The running part of a machine, taken up if need be.</summary>
    /// <param name="id">Which.</param>
    /// <param name="acceptSuspended">Whether one that is suspended will do: its guest answers when it continues.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VmException">The machine does not run, or another process holds it.</exception>
    Task<IRunningMachine> RequireRunningAsync(VmId id, bool acceptSuspended, CancellationToken cancellationToken);

    /// <summary>Makes the file of a machine's input disk, still empty, to be written before the machine starts; the guest will only read it.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="VmException">The machine runs, or another process holds it.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    Task<string> MakeInputDiskAsync(VmId id, CancellationToken cancellationToken);

    /// <summary>Makes a machine's output disk: a sparse file, whose length is the most that the guest can write to it.</summary>
    /// <inheritdoc cref="MakeInputDiskAsync"/>
    Task<string> MakeOutputDiskAsync(VmId id, long length, CancellationToken cancellationToken);
}
