namespace DesktopGrid.VmSandbox.Vms;

/// <summary>
/// The machine verbs. Every verb in every state works or throws a <see cref="VmException"/> that names both
/// (<see cref="VmTransitions"/>). Calls on one machine are ordered; calls on different machines run side by side.
/// Cancelling a call leaves the machine in a state of the table. Any verb may throw a <c>CatalogException</c> where the store's catalog is busy
/// or cannot be written, a <c>PlatformException</c> where the disk is full, and after the host's disposal an <see cref="ObjectDisposedException"/>.
/// </summary>
public interface IVmManager
{
    /// <summary>Makes a machine from a base image: a catalog row and an overlay, no process.</summary>
    /// <param name="options">What it shall be.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="VmException">The options have faults (<c>MachineInvalid</c>).</exception>
    /// <exception cref="Primitives.SandboxException">There is no such image or it is damaged (<c>ImageException</c>), or the store is full or cannot be written.</exception>
    Task<VmId> CreateAsync(VmOptions options, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes an existing machine in hand: one whose process runs on is connected to again, one whose process is gone is marked so.
    /// </summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How it is.</returns>
    /// <exception cref="VmException">There is no such machine (<c>MachineUnknown</c>), or another process holds it (<c>MachineBusy</c>).</exception>
    /// <exception cref="Qemu.QemuException">Its process runs and does not answer on its monitor.</exception>
    Task<VmStatus> LoadAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>Starts it and waits until its daemon answers.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up and ends what was started.</param>
    /// <returns>A task that ends when the guest is ready.</returns>
    /// <exception cref="VmException">The verb is not allowed (<c>MachineState</c>), the guest ended (<c>MachineEnded</c>) or did not become ready in time (<c>MachineBootTimeout</c>).</exception>
    /// <exception cref="Qemu.QemuException">There is no usable QEMU, it ended at once, or a demanded accelerator is not proven.</exception>
    /// <exception cref="Primitives.SandboxException">An image of its chain is missing or refused (<c>ImageException</c>), a demanded layer is not to be had (<c>PlatformException</c>), or the daemon speaks another version (<c>SessionException</c>).</exception>
    Task StartAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Halts its virtual CPUs; milliseconds, nothing is written. Requests to its guest wait until it continues, and neither their bounds nor the
    /// limits of its job come nearer meanwhile.
    /// </summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when they stand.</returns>
    /// <exception cref="VmException">The verb is not allowed, another process holds the machine, or it ended meanwhile.</exception>
    /// <exception cref="Qmp.QmpException">QEMU refused or did not answer.</exception>
    Task SuspendAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>Lets its virtual CPUs go on.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when they run.</returns>
    /// <exception cref="VmException">The verb is not allowed, another process holds the machine, or it ended meanwhile.</exception>
    /// <exception cref="Qmp.QmpException">QEMU refused or did not answer.</exception>
    Task ContinueAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Keeps it to a share of its virtual CPUs, from now on until it ends or this process lets go of it. They stand for moments of at most half a second,
    /// whenever its QEMU has used more CPU time than that by the host's count, and are exact to some per cent over seconds. What its programs wait for
    /// takes as much longer. Each moment flushes the machine's disk.
    /// </summary>
    /// <param name="id">The machine, which runs or is suspended.</param>
    /// <param name="percent">Of all its virtual CPUs together: 5 to 100, where 100 ends the share.</param>
    /// <param name="cancellationToken">Gives up waiting; nothing is changed.</param>
    /// <returns>A task that ends when it is kept to that.</returns>
    /// <exception cref="VmException">It neither runs nor is suspended (<c>MachineState</c>), or another process holds it (<c>MachineBusy</c>).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is below 5 or above 100.</exception>
    Task SetCpuShareAsync(VmId id, int percent, CancellationToken cancellationToken = default);

    /// <summary>
    /// Keeps this instant of it, RAM, devices and disk, while it runs: its guest stands for some tens of milliseconds. A guest that changes memory
    /// faster than it can be written stands longer, after twice its RAM was written or two minutes have passed. What was kept under the name
    /// before stays until the new one is whole, and one generation of it longer.
    /// </summary>
    /// <param name="id">The machine.</param>
    /// <param name="name">Letters, digits and <c>. _ -</c>; see <see cref="CheckpointLimits"/>.</param>
    /// <param name="cancellationToken">Gives up; the machine goes on as before, and nothing of it is kept.</param>
    /// <returns>The checkpoint. When it is returned it outlasts a crash of this process and a cut of the power.</returns>
    /// <exception cref="VmException">The verb is not allowed, the name is none (<c>MachineInvalid</c>), there are too many or QEMU refused (<c>CheckpointFailed</c>), it was made to share its memory (<c>CheckpointRefused</c>), another process holds the machine, or it ended meanwhile.</exception>
    /// <exception cref="Primitives.SandboxException">The disk is full (<c>PlatformException</c>, <c>DiskFull</c>); the machine goes on.</exception>
    Task<VmCheckpoint> CheckpointAsync(VmId id, string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs it from a checkpoint: its programs go on where they were, and its disk is what it was then. What the disk got since is gone. One that
    /// is damaged or does not fit is passed over, with a warning to the logger, for the one before it.
    /// </summary>
    /// <param name="id">The machine, which must not run.</param>
    /// <param name="name">Which; null for the newest.</param>
    /// <param name="cancellationToken">Gives up and ends what was started.</param>
    /// <returns>The checkpoint that it runs from.</returns>
    /// <exception cref="VmException">The verb is not allowed, there is no such checkpoint (<c>CheckpointUnknown</c>), none can be used (<c>CheckpointUnusable</c>), or the guest did not answer in time (<c>MachineBootTimeout</c>).</exception>
    /// <exception cref="Qemu.QemuException">There is no usable QEMU, or its image tool is missing.</exception>
    Task<VmCheckpoint> ResumeAsync(VmId id, string? name = null, CancellationToken cancellationToken = default);

    /// <summary>Tells which instants of it are kept, newest first; of one name there may be two.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its checkpoints.</returns>
    /// <exception cref="VmException">There is no such machine.</exception>
    Task<IReadOnlyList<VmCheckpoint>> ListCheckpointsAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>Keeps an instant no longer, every generation of that name. A machine that runs is not stopped for it.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="name">Which.</param>
    /// <param name="cancellationToken">Gives up between steps; the verb can be repeated.</param>
    /// <returns>A task that ends when it is gone.</returns>
    /// <exception cref="VmException">The verb is not allowed, there is no such checkpoint (<c>CheckpointUnknown</c>), or another process holds the machine.</exception>
    /// <exception cref="Primitives.SandboxException">Its file cannot be removed (<c>PlatformException</c>).</exception>
    Task RemoveCheckpointAsync(VmId id, string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes a checkpoint to one file that can travel: to another store, on another computer, under another user. It has the checkpoint's state
    /// and what the disk had then beyond its base image; nothing of this host is in it, no path, no name, no id and no label. It does have all that
    /// the guest had in memory and on its disk. The form is described in <c>docs/embedding.md</c>.
    /// </summary>
    /// <param name="id">The machine, which must not run.</param>
    /// <param name="name">Which checkpoint; null for the newest.</param>
    /// <param name="destination">Where to; written from first to last, flushed, and not closed. What it throws reaches the caller unchanged.</param>
    /// <param name="cancellationToken">Gives up; what was written is of no use then.</param>
    /// <returns>A task that ends when all is written.</returns>
    /// <exception cref="VmException">The verb is not allowed, there is no such checkpoint (<c>CheckpointUnknown</c>), it is damaged (<c>CheckpointUnusable</c>), or another process holds the machine.</exception>
    /// <exception cref="Primitives.SandboxException">There is no usable QEMU with its image tool (<c>QemuException</c>), or the store has no room for a copy of the disk (<c>PlatformException</c>).</exception>
    Task ExportCheckpointAsync(VmId id, string? name, Stream destination, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a machine of a checkpoint that was exported: it is <see cref="VmState.Stopped"/> and has that checkpoint, so that <see cref="ResumeAsync"/>
    /// goes on with it. The base image must be in this store, or be the host's own. Everything in the file is verified before the machine appears;
    /// what fails leaves nothing behind. Import only what you would also run: a state is loaded by QEMU, inside its confinement.
    /// </summary>
    /// <param name="source">From where; read from first to last, and not closed. What it throws reaches the caller unchanged.</param>
    /// <param name="options">What the machine shall be beyond that; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <returns>The new machine's id.</returns>
    /// <exception cref="VmException">The file is no exported checkpoint, or damaged or cut (<c>ImportInvalid</c>), or the options have faults (<c>MachineInvalid</c>).</exception>
    /// <exception cref="Images.ImageException">Its base image is not here (<c>ImageMissing</c>); the sentence names its hash.</exception>
    /// <exception cref="Primitives.SandboxException">There is no usable QEMU with its image tool (<c>QemuException</c>), or the store is full or cannot be written (<c>PlatformException</c>).</exception>
    Task<VmId> ImportCheckpointAsync(Stream source, VmImportOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Ends it: the guest is asked first, then QEMU, then its process is killed. Its overlay stays.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="grace">How long the guest may take, zero to one hour; null for 5 s. Zero does not ask it. A suspended guest is not asked either.</param>
    /// <param name="cancellationToken">Stops being patient: the process is killed, and the call ends as if nobody had cancelled.</param>
    /// <returns>A task that ends when the process is gone.</returns>
    /// <exception cref="VmException">The verb is not allowed, or another process holds the machine.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The grace is negative or longer than an hour.</exception>
    Task StopAsync(VmId id, TimeSpan? grace = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends it within a time, and keeps its work: a checkpoint is taken if it fits, else given up, and the last good one stands. Then QEMU is ended
    /// the quickest way; the guest is not asked. The bound holds also where QEMU hangs, or another call has the machine in hand: that one then
    /// fails, and the machine is <see cref="VmState.Failed"/>. It does not hold where the disk of the store hangs.
    /// </summary>
    /// <param name="id">The machine.</param>
    /// <param name="keep">Under which name, and within which time; null for the defaults.</param>
    /// <param name="cancellationToken">Stops being patient: nothing more is kept, the process is ended, and the call ends as if nobody had cancelled.</param>
    /// <returns>The new checkpoint; null where there is none, as always of one that was made to share its memory, with a warning to the logger that says why.</returns>
    /// <exception cref="VmException">The verb is not allowed, the name is none (<c>MachineInvalid</c>), another process holds the machine, or it ended by itself meanwhile.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is shorter than 10 ms or longer than an hour.</exception>
    Task<VmCheckpoint?> QuitAsync(VmId id, VmKeepWork? keep = null, CancellationToken cancellationToken = default);

    /// <summary>Ends it and removes everything that it had on disk, but a log that was asked to stay.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up between steps; the verb can be repeated.</param>
    /// <returns>A task that ends when nothing is left.</returns>
    /// <exception cref="VmException">There is no such machine, or another process holds it.</exception>
    /// <exception cref="Primitives.SandboxException">A file cannot be removed (<c>PlatformException</c>); the machine is still there.</exception>
    Task DestroyAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>Tells how it is, by the catalog and by the operating system.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How it is; a machine that another process runs is told by its catalog row and its process.</returns>
    /// <exception cref="VmException">There is no such machine.</exception>
    Task<VmStatus> GetStatusAsync(VmId id, CancellationToken cancellationToken = default);

    /// <summary>Tells how all machines of the store are, oldest first.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A status for each.</returns>
    Task<IReadOnlyList<VmStatus>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Tells how the machines are that carry all of these labels, oldest first.</summary>
    /// <param name="labels">Names and values (<see cref="VmOptions.Labels"/>), compared letter by letter; none fits every machine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A status for each; empty where none fits.</returns>
    Task<IReadOnlyList<VmStatus>> FindAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken = default);
}
