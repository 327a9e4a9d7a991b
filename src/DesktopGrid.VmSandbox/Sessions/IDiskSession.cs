using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Sessions;

/// <summary>A session that also knows the two disks of bulk data; for the rooms above, which choose between disks and put and get.</summary>
internal interface IDiskSession : ISandboxSession
{
    /// <summary>Lays the files of the machine's input disk into the work directory.</summary>
    /// <param name="length">Bytes of the disk.</param>
    /// <param name="cancellationToken">Gives up; they may be there.</param>
    /// <exception cref="SessionException">The guest cannot mount it.</exception>
    Task AddInputDiskAsync(long length, CancellationToken cancellationToken);

    /// <summary>Has files written to the machine's output disk, as a <see cref="CollectedFormat"/>.</summary>
    /// <param name="request">Which, and within what bounds.</param>
    /// <param name="progress">Told now and then.</param>
    /// <param name="cancellationToken">Gives up; the disk holds a part.</param>
    /// <returns>Bytes of the stream; 0 where the files are better taken one by one.</returns>
    /// <exception cref="SessionException">The guest cannot write it, or says what is not the protocol.</exception>
    Task<long> CollectAsync(CollectRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken);
}
