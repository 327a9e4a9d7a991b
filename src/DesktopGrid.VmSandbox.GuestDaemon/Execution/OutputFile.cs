using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.Execution;

/// <summary>
/// One output stream of a task: copied from its pipe to a file by a thread of its own, counted, and dropped beyond the limit, so that a
/// program that writes without end fills neither disk nor memory and is not stopped either.
/// </summary>
internal sealed class OutputFile(string path, ChangeSignal changed)
{
    private const int BufferSize = 64 * 1024;

    private long _length;
    private long _dropped;
    private Task _copying = Task.CompletedTask;

    /// <summary>Bytes that can be read.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Bytes beyond the limit.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Ends when the last writer has closed its end and all is in the file.</summary>
    public Task Completed => _copying;

    public void Start(SafeFileHandle pipe, long limit)
    {
        _length = 0;
        _dropped = 0;
        _copying = Task.Factory.StartNew(() => Copy(pipe, limit), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The file stays, empty: a task may have used up the disk's inodes when the next output begins.</summary>
    public void Forget()
    {
        _length = 0;
        _dropped = 0;
        if (File.Exists(path))
        {
            using var file = File.OpenHandle(path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite);
        }
    }

    /// <summary>Opens what is there; null when there is nothing.</summary>
    public SafeFileHandle? Open() => File.Exists(path) ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite) : null;

    private void Copy(SafeFileHandle pipe, long limit)
    {
        using var source = new FileStream(pipe, FileAccess.Read, bufferSize: 0, isAsync: false);
        using var target = Create();
        // What is kept is a beginning without a hole: after the first byte that was dropped all are.
        var isFull = target is null;
        var buffer = new byte[BufferSize];
        for (var read = source.Read(buffer); read > 0; read = source.Read(buffer))
        {
            var kept = isFull ? 0 : (int)Math.Min(read, limit - _length);
            if (kept > 0 && !TryWrite(target!, buffer.AsSpan(0, kept)))
            {
                kept = 0;
            }

            isFull |= kept < read;
            Volatile.Write(ref _length, _length + kept);
            Volatile.Write(ref _dropped, _dropped + read - kept);
            changed.Raise();
        }
    }

    /// <summary>Null when the task has used up the disk: its output is counted as dropped, the program goes on.</summary>
    private SafeFileHandle? Create()
    {
        try
        {
            return File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (IOException e)
        {
            DaemonLog.Write($"the program's output cannot be kept: {e.Message}");
            return null;
        }
    }

    private bool TryWrite(SafeFileHandle target, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(target, bytes, _length);
            return true;
        }
        catch (IOException e)
        {
            DaemonLog.Write($"the program's output is dropped from here on: {e.Message}");
            return false;
        }
    }
}
