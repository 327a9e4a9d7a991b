using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>The one network interface of a guest: programs talk to themselves through 127.0.0.1.</summary>
internal static partial class Loopback
{
    // socket(2), netdevice(7).
    private const int Internet = 2, Datagrams = 2, CloseOnExec = 0x80000;
    private const nuint SetFlags = 0x8914;
    private const int RequestLength = 40, FlagsOffset = 16;
    private const byte Up = 1;

    public static void Raise()
    {
        Span<byte> request = stackalloc byte[RequestLength];
        request.Clear();
        "lo"u8.CopyTo(request);
        request[FlagsOffset] = Up;
        var socket = Socket(Internet, Datagrams | CloseOnExec, 0);
        if (socket < 0 || Control(socket, SetFlags, request) != 0)
        {
            DaemonLog.Write($"the loopback interface cannot be raised: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        if (socket >= 0)
        {
            _ = Close(socket);
        }
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, Span<byte> argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
