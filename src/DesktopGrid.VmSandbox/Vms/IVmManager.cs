namespace DesktopGrid.VmSandbox.Vms;

/// <summary>
/// The machine verbs. Every verb in every state works or throws a <see cref="VmException"/> that names both
/// (<see cref="VmTransitions"/>). Calls on one machine are ordered; calls on different machines run side by side.
/// Cancelling a call leaves the machine in a state of the table.
/// </summary>
public interface IVmManager
{
    /// <summary>Makes a machine from a base image: a catalog row and an overlay, no process.</summary>
    /// <param name="options">What it shall be.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="VmException">The options have faults.</exception>
    /// <exception cref="Images.ImageException">There is no such image, or it is damaged.</exception>
    Task<VmId> CreateAsync(VmOptions options, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes an existing machine in hand: one whose process runs on is connected to again, one whose process is gone is marked so.
    /// </summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How it is.</returns>
    /// <exception cref="VmException">There is no such machine, or another process holds it.</exception>
    Task<VmStatus> LoadAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>Starts it and waits until its daemon answers.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up and ends what was started.</param>
    /// <returns>A task that ends when the guest is ready.</returns>
    /// <exception cref="VmException">The verb is not allowed, or the guest did not become ready.</exception>
    /// <exception cref="Qemu.QemuException">There is no usable QEMU, or it ended at once.</exception>
    Task StartAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>Halts its virtual CPUs; milliseconds, nothing is written.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when they stand.</returns>
    Task SuspendAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>Lets its virtual CPUs go on.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when they run.</returns>
    Task ContinueAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>Ends it: the guest is asked first, then QEMU, then its process is killed. Its overlay stays.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="grace">How long the guest may take; null for 5 s. Zero kills at once.</param>
    /// <param name="cancellationToken">Stops being patient: the process is killed.</param>
    /// <returns>A task that ends when the process is gone.</returns>
    Task StopAsync(VmId id, TimeSpan? grace = null, CancellationToken cancellationToken = default);

    /// <summary>Ends it and removes everything that it had on disk, but a log that was asked to stay.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up between steps; the verb can be repeated.</param>
    /// <returns>A task that ends when nothing is left.</returns>
    Task DestroyAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>Tells how it is, by the catalog and by the operating system.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How it is.</returns>
    Task<VmStatus> GetStatusAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>Tells how all machines of the store are, oldest first.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A status for each.</returns>
    Task<IReadOnlyList<VmStatus>> ListAsync(CancellationToken cancellationToken = default);
}
