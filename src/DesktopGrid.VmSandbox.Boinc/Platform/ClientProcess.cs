using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.Boinc.Platform;

/// <summary>Whether the client that started this task still lives.</summary>
internal static partial class ClientProcess
{
    // ESRCH, "no such process": 3 on Linux and macOS.
    private const int NoSuchProcess = 3;

    /// <summary>Whether a process of that number exists; one that may not be looked at does.</summary>
    public static bool Exists(int id)
    {
        if (!OperatingSystem.IsWindows())
        {
            // Signal 0 is never sent (kill(2)).
            return Kill(id, 0) == 0 || Marshal.GetLastPInvokeError() != NoSuchProcess;
        }

        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It is there, and is another user's.
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int id, int signal);
}
