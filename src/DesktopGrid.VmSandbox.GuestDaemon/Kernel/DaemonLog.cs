using System.Runtime.InteropServices;
using System.Text;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>The daemon's own lines on the machine's console; the prefix tells the host whose they are.</summary>
/// <remarks>.NET's console would read the terminal's description and set up its signals for that; this needs one system call.</remarks>
internal static partial class DaemonLog
{
    private const int StandardError = 2;

    public static void Write(string text)
    {
        var line = Encoding.UTF8.GetBytes($"vmsandboxd: {text.ReplaceLineEndings(" ")}\n");
        // Where a console cannot be written to there is nobody to tell.
        _ = Write(StandardError, line, line.Length);
    }

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> bytes, nint count);
}
