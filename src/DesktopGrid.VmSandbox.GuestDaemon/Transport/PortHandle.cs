using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>
/// An open virtio-serial port. .NET's file types refuse one because it cannot seek, so the system calls are made here.
/// </summary>
internal sealed partial class PortHandle : IDisposable
{
    private const int ErrorInterrupted = 4;
    private const int ErrorAgain = 11;
    private const short PollIn = 1;
    private const short PollOut = 4;
    private const short PollHangUp = 0x10;

    // What the driver gives and takes in one call (Linux, drivers/char/virtio_console.c): one of the host's buffers, of a page each, and
    // 32 KiB. Asked with a list of pieces of that size, it is called for one after the other until one comes back short.
    private const int PageSize = 4096;
    private const int SendSize = 32 * 1024;
    private const int MaxPieces = 33;

    private readonly SafeFileHandle _handle;
    private readonly PortNews _news;
    private int _pageOffset;

    private PortHandle(SafeFileHandle handle) => (_handle, _news) = (handle, new PortNews(handle));

    /// <summary>Opens a port without blocking.</summary>
    public static PortHandle Open(string path)
    {
        const int readWrite = 2, nonBlocking = 0x800, closeOnExec = 0x80000;
        var descriptor = NativeOpen(path, readWrite | nonBlocking | closeOnExec);
        return descriptor >= 0
            ? new PortHandle(new SafeFileHandle(descriptor, ownsHandle: true))
            : throw new IOException($"The port {path} cannot be opened (errno {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>
    /// Reads what is there: the number of bytes, 0 when the host end is away ("not yet", never "end"), or -1 when nothing is there now.
    /// For one thread at a time.
    /// </summary>
    public unsafe int Read(Span<byte> buffer)
    {
        var pieces = stackalloc Piece[MaxPieces];
        fixed (byte* pointer = buffer)
        {
            // A piece that crosses the end of the driver's page would come back short, and end the call.
            var (count, length) = Cut(pieces, pointer, buffer.Length, PageSize - _pageOffset, PageSize);
            var read = Judge(NativeRead(_handle, pieces, count));
            _pageOffset = read == length ? (_pageOffset + read) % PageSize : 0;
            return read;
        }
    }

    /// <summary>Writes what fits: the number of bytes, or -1 when nothing fits now or the host end is away.</summary>
    public unsafe int Write(ReadOnlySpan<byte> buffer)
    {
        var pieces = stackalloc Piece[MaxPieces];
        fixed (byte* pointer = buffer)
        {
            var (count, _) = Cut(pieces, pointer, buffer.Length, SendSize, SendSize);
            return Judge(NativeWrite(_handle, pieces, count));
        }
    }

    /// <summary>Waits until there is something to read, at most so long. Answers whether the host end is away.</summary>
    public bool WaitReadable(int milliseconds) => Wait(PollIn, milliseconds);

    /// <summary>Waits until something can be written, at most so long. Answers whether the host end is away.</summary>
    public bool WaitWritable(int milliseconds) => Wait(PollOut, milliseconds);

    /// <summary>Waits for the host to come, or anything else to happen, at most so long. For the thread that reads.</summary>
    public void WaitForNews(int milliseconds) => _news.Wait(milliseconds);

    public void Dispose()
    {
        _news.Dispose();
        _handle.Dispose();
    }

    private unsafe bool Wait(short events, int milliseconds)
    {
        var added = false;
        try
        {
            _handle.DangerousAddRef(ref added);
            var entry = new PollEntry { Descriptor = (int)_handle.DangerousGetHandle(), Events = events };
            _ = NativePoll(&entry, 1, milliseconds);
            return (entry.Returned & PollHangUp) != 0;
        }
        finally
        {
            if (added)
            {
                _handle.DangerousRelease();
            }
        }
    }

    /// <summary>Cuts a buffer into a first piece and pieces of one size: how many, and how long they are together.</summary>
    private static unsafe (int Count, int Length) Cut(Piece* pieces, byte* buffer, int length, int first, int size)
    {
        var (count, offset) = (0, 0);
        for (var next = first; offset < length && count < MaxPieces; next = size)
        {
            var piece = Math.Min(next, length - offset);
            pieces[count++] = new Piece { Start = buffer + offset, Length = piece };
            offset += piece;
        }

        return (count, offset);
    }

    private static int Judge(nint result)
    {
        if (result >= 0)
        {
            return (int)result;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is ErrorAgain or ErrorInterrupted ? -1 : throw new IOException($"The port failed (errno {error}).");
    }

    /// <summary>struct iovec, readv(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Piece
    {
        public byte* Start;
        public nint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "readv", SetLastError = true)]
    private static unsafe partial nint NativeRead(SafeFileHandle handle, Piece* pieces, int count);

    [LibraryImport("libc", EntryPoint = "writev", SetLastError = true)]
    private static unsafe partial nint NativeWrite(SafeFileHandle handle, Piece* pieces, int count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int NativePoll(PollEntry* entries, nuint count, int milliseconds);
}
