using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>
/// An open virtio-serial port, or a connected Unix socket in its place when the daemon is driven without a machine.
/// .NET's file types refuse a port because it cannot seek, so the system calls are made here.
/// </summary>
internal sealed partial class PortHandle : IDisposable
{
    private const int ErrorInterrupted = 4;
    private const int ErrorAgain = 11;
    private const short PollIn = 1;
    private const short PollOut = 4;
    private const short PollHangUp = 0x10;

    private readonly SafeFileHandle _handle;

    private PortHandle(SafeFileHandle handle) => _handle = handle;

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
    /// The driver gives at most one 4 KiB buffer a call.
    /// </summary>
    public unsafe int Read(Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            return Judge(NativeRead(_handle, pointer, buffer.Length));
        }
    }

    /// <summary>Writes what fits: the number of bytes, or -1 when nothing fits now or the host end is away.</summary>
    public unsafe int Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            return Judge(NativeWrite(_handle, pointer, buffer.Length));
        }
    }

    /// <summary>Waits until there is something to read, at most so long. Answers whether the host end is away.</summary>
    public bool WaitReadable(int milliseconds) => Wait(PollIn, milliseconds);

    /// <summary>Waits until something can be written, at most so long. Answers whether the host end is away.</summary>
    public bool WaitWritable(int milliseconds) => Wait(PollOut, milliseconds);

    public void Dispose() => _handle.Dispose();

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

    private static int Judge(nint result)
    {
        if (result >= 0)
        {
            return (int)result;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is ErrorAgain or ErrorInterrupted ? -1 : throw new IOException($"The port failed (errno {error}).");
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

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint NativeRead(SafeFileHandle handle, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint NativeWrite(SafeFileHandle handle, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int NativePoll(PollEntry* entries, nuint count, int milliseconds);
}
