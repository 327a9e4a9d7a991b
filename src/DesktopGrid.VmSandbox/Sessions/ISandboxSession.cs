using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Sessions;

/// <summary>
/// The ten task verbs of one running machine. Paths are relative to the task's work directory, with forward slashes
/// (<see cref="RelativePath"/>). Everything that comes back was written by a hostile guest. Safe for several threads at once.
/// A session ends with its machine and needs no disposal.
/// Failures are <see cref="SessionException"/>; a caller's own cancellation is <see cref="OperationCanceledException"/>.
/// Any verb may fail with the codes <c>SessionTimeout</c>, <c>SessionDisconnected</c>, <c>SessionProtocol</c> or <c>MachineEnded</c>; what a verb may be
/// refused for besides is said with it.
/// </summary>
public interface ISandboxSession
{
    /// <summary>Asks the daemon whether it lives.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its version, uptime and the state of its task.</returns>
    Task<PingReply> PingAsync(CancellationToken cancellationToken = default);

    /// <summary>Writes a file: parents are made, an old file is replaced in one step when all bytes are there.</summary>
    /// <param name="path">Where.</param>
    /// <param name="content">The bytes; read from its position to its end, not disposed. What it throws passes unchanged.</param>
    /// <param name="executable">Whether the file may be run as a program.</param>
    /// <param name="progress">Told now and then, and once at the end.</param>
    /// <param name="cancellationToken">Gives up; the old file, if any, stands.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="SessionException">The path is refused (<c>GuestPathRefused</c>), or the guest's disk is full (<c>GuestDiskFull</c>).</exception>
    Task<long> PutAsync(string path, Stream content, bool executable = false, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a regular file.</summary>
    /// <param name="path">Which.</param>
    /// <param name="destination">Where its bytes go; not disposed. What it throws passes unchanged.</param>
    /// <param name="maxBytes">The most bytes to take, 0 or more; more is a failure. Null for no bound: the guest then decides how many come.</param>
    /// <param name="progress">Told now and then, and once at the end.</param>
    /// <param name="cancellationToken">Gives up; the destination may hold a part.</param>
    /// <returns>Bytes read.</returns>
    /// <exception cref="SessionException">There is no such file (<c>GuestNotFound</c>), it is no regular one or lies behind a link (<c>GuestPathRefused</c>), or it is larger than allowed (<c>GuestTooLarge</c>).</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxBytes"/> is negative.</exception>
    Task<long> GetAsync(string path, Stream destination, long? maxBytes = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Reads the end of a regular file: of one that a program appends to, such as how far it is.</summary>
    /// <param name="path">Which.</param>
    /// <param name="bytes">So many last bytes, 1 to 1 MiB, or all of a shorter file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The bytes; fewer where the file became shorter meanwhile.</returns>
    /// <exception cref="SessionException">As of <see cref="GetAsync"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is below 1 or above 1 MiB.</exception>
    Task<byte[]> GetEndAsync(string path, int bytes, CancellationToken cancellationToken = default);

    /// <summary>Removes a file, a link, or a directory. <c>.</c> with <paramref name="recursive"/> empties the work directory and forgets the last task.</summary>
    /// <param name="path">Which.</param>
    /// <param name="recursive">Whether a directory goes with everything in it.</param>
    /// <param name="cancellationToken">Gives up; a part may be gone.</param>
    /// <returns>A task that ends when it is gone.</returns>
    /// <exception cref="SessionException">
    /// It does not exist (<c>GuestNotFound</c>), a folder is not empty and <paramref name="recursive"/> is false (<c>GuestRefused</c>), or a program runs
    /// while the work directory is to be emptied (<c>GuestTaskState</c>).
    /// </exception>
    Task DeleteAsync(string path, bool recursive = false, CancellationToken cancellationToken = default);

    /// <summary>Lists a directory, in no order.</summary>
    /// <param name="path">Which; <c>.</c> for the work directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// Its entries; at most a million. An entry whose name is no UTF-8 is told with U+FFFD in it. A directory of up to 1,000 is taken whole before
    /// the first is told, so that the loop may list what it finds; a larger one holds one of three ports for data until the loop has ended.
    /// </returns>
    /// <exception cref="SessionException">There is no such directory (<c>GuestNotFound</c>), it is something else (<c>GuestRefused</c>), or it lies behind a link (<c>GuestPathRefused</c>).</exception>
    IAsyncEnumerable<GuestEntry> ListAsync(string path = RelativePath.Root, CancellationToken cancellationToken = default);

    /// <summary>Makes a directory with its parents; one that exists is no failure.</summary>
    /// <param name="path">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is there.</returns>
    /// <exception cref="SessionException">The path is refused or leads through a link (<c>GuestPathRefused</c>), or through a file (<c>GuestRefused</c>).</exception>
    Task MakeDirectoryAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>Starts a program. One runs at a time.</summary>
    /// <param name="start">What to run.</param>
    /// <param name="standardInput">
    /// What it reads, put into the guest before it starts; null for nothing. <see cref="TaskStartRequest.UseStandardInput"/> is set accordingly.
    /// </param>
    /// <param name="cancellationToken">Gives up; the program may have been started.</param>
    /// <returns>Its state.</returns>
    /// <exception cref="SessionException">
    /// The program cannot be started (<c>GuestStartRefused</c>), a layer of the machine is of no use (<c>GuestLayerUnusable</c>), one runs already
    /// (<c>GuestTaskState</c>), the command line is too long (<c>GuestTooLarge</c>), or its file of channels cannot be as it is wanted (<c>GuestRefused</c>,
    /// <c>GuestPathRefused</c>, <c>GuestDiskFull</c>). <see cref="Primitives.SandboxException.Fate"/> says whether the program may run.
    /// </exception>
    Task<GuestTaskStatus> StartAsync(TaskStartRequest start, Stream? standardInput = null, CancellationToken cancellationToken = default);

    /// <summary>Ends the program with its whole process tree; of a program that ended already it tells the result.</summary>
    /// <param name="grace">How long it may take after SIGTERM before SIGKILL, zero to ten minutes; null for 5 s.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Its state.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The grace is negative or longer than ten minutes.</exception>
    Task<GuestTaskStatus> StopAsync(TimeSpan? grace = null, CancellationToken cancellationToken = default);

    /// <summary>Tells the state of the program.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its state.</returns>
    Task<GuestTaskStatus> GetTaskAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Follows the program: its output and messages as they come, at last its end. The first items repeat what came before, from
    /// <paramref name="from"/> on. For one follower at a time: several take turns of up to 20 s, and hear what there is so much later.
    /// </summary>
    /// <param name="from">Where to begin; default for the beginning.</param>
    /// <param name="cancellationToken">Stops following; the program goes on.</param>
    /// <returns>What the program did, in order per stream; the last item is a <see cref="TaskEnded"/>.</returns>
    /// <exception cref="SessionException">No program was started since the work directory was last emptied (<c>GuestTaskState</c>).</exception>
    IAsyncEnumerable<TaskEvent> FollowAsync(TaskPosition from = default, CancellationToken cancellationToken = default);

    /// <summary>Puts a message into the program's inbox, or, where the task has channels (<see cref="TaskStartRequest.Channels"/>) and the name is one of a channel, there.</summary>
    /// <param name="key">Its name: letters, digits, <c>_ - .</c>, at most 64.</param>
    /// <param name="value">Its content, at most 64 KiB.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is there: a file <c>NUMBER-KEY</c> in the folder that <c>VMSANDBOX_INBOX</c> names; or when it waits for its channel to be empty.</returns>
    /// <exception cref="SessionException">The value is too long (<c>GuestTooLarge</c>), the key no name, or its channel is none for the host or takes no more (<c>GuestRefused</c>).</exception>
    Task MessageToGuestAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default);

    /// <summary>Takes the program's messages.</summary>
    /// <param name="after">Only those with a higher number; 0 for all that are kept, which are the last thousand.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The messages, oldest first. They stay in the guest; ask again with the last number to get only what is new.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="after"/> is negative.</exception>
    Task<IReadOnlyList<GuestMessage>> MessagesToHostAsync(long after = 0, CancellationToken cancellationToken = default);
}
