using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>
/// Waits for a change at a port whose host end is away. poll(2) cannot: it says POLLHUP at once, again and again, and who pauses between wakes up
/// dozens of times a second, which costs an emulated guest two per cent of its processor. epoll(7) in its edge-triggered form tells each time that the
/// driver wakes those who wait (Linux, drivers/char/virtio_console.c: bytes arrived, the host opened or closed its end, took what was written).
/// For one thread at a time.
/// </summary>
internal sealed partial class PortNews : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const uint Readable = 1, Writable = 4, EdgeTriggered = 1u << 31;

    private readonly SafeFileHandle _watch;

    public PortNews(SafeFileHandle port)
    {
        _watch = new SafeFileHandle(NativeCreate(CloseOnExec), ownsHandle: true);
        // That it hung up is always told.
        var wanted = new Event { Kinds = Readable | Writable | EdgeTriggered };
        if (_watch.IsInvalid || NativeControl(_watch, Add, port, in wanted) != 0)
        {
            throw new IOException($"The port cannot be watched (errno {Marshal.GetLastPInvokeError()}).");
        }
    }

    /// <summary>Waits until something happens, at most so long; what happened since the last call counts.</summary>
    public unsafe void Wait(int milliseconds)
    {
        Event happened;
        _ = NativeWait(_watch, &happened, 1, milliseconds);
    }

    public void Dispose() => _watch.Dispose();

    /// <summary>struct epoll_event of x86-64, the one architecture of our guests: without a gap, by the kernel's header.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct Event
    {
        public uint Kinds;
        public ulong Data;
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int NativeCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int NativeControl(SafeFileHandle watch, int operation, SafeFileHandle descriptor, in Event wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static unsafe partial int NativeWait(SafeFileHandle watch, Event* events, int most, int milliseconds);
}
