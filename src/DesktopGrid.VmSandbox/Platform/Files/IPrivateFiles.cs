using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Files;

/// <summary>
/// Keeps what a store holds from the other users of the computer, whatever this user's mask of new files is, and from a cut of the power.
/// </summary>
internal interface IPrivateFiles
{
    /// <summary>
    /// Makes a folder, and what is missing above it, that this user alone may enter and list. One that is there stays as it is: whoever made it
    /// has chosen who may enter.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="isPassage">Whether a QEMU that runs as a user of its own must pass through to its files; it may not list it either.</param>
    void MakeFolder(string path, bool isPassage);

    /// <summary>Makes an empty file that this user alone may read and write. One that is there stays as it is.</summary>
    void MakeFile(string path);

    /// <summary>Makes a file of a length that reads as zeros and takes no space until it is written to, likewise private.</summary>
    /// <exception cref="IOException">The file system has no such files, or none so large.</exception>
    void MakeSparseFile(string path, long length);

    /// <summary>Writes to the disk what the operating system still holds of an open file, whoever wrote it. When this returns, its content outlasts a cut of the power.</summary>
    void Flush(SafeFileHandle file);

    /// <summary>
    /// Gives a file, whose content was flushed to the disk, its name in the same folder, replacing what has it. When this returns, the name
    /// outlasts a cut of the power.
    /// </summary>
    void MoveDurably(string source, string target);

    /// <summary>
    /// Writes to the disk what the operating system still holds of a file that is there, whoever wrote it. A QEMU may have it open meanwhile: where the
    /// system then lets nobody else do so (Windows), what that QEMU has flushed itself stands, which it does at the end of each snapshot of a disk
    /// (QEMU, block/qcow2-snapshot.c, qcow2_write_snapshots: data and tables before, the header with the new table's place after them).
    /// </summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    void FlushFile(string path);

    /// <summary>Makes the names of what was made in a folder outlast a cut of the power, where a system needs to be told.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    void FlushFolder(string path);

    /// <summary>The bytes that a file really takes on the disk: fewer than its length where it is sparse, more where the last block is not full.</summary>
    /// <exception cref="IOException">It cannot be asked.</exception>
    long AllocatedBytes(string path);
}
