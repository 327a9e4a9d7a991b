using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>
/// Runs something with the task's user instead of root's. Linux keeps credentials per thread and only glibc's wrappers spread them over the
/// process, so the raw calls on a thread that ends afterwards change nothing for the daemon. A process spawned there inherits them. A root
/// directory of its own such a thread has only when it asks for that (unshare(2)).
/// </summary>
internal static partial class LinuxCredentials
{
    private const long SysSetGroups = 116, SysSetResUid = 117, SysSetResGid = 119;
    private const int PrSetNoNewPrivs = 38, CloneFileSystem = 0x200;

    /// <param name="user">Whose credentials.</param>
    /// <param name="action">What to do.</param>
    /// <param name="root">Which root directory it sees; null for the daemon's own.</param>
    public static void RunAs(uint user, Action action, string? root = null)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (root is not null)
                {
                    Enter(root);
                }

                Drop(user);
                action();
            }
            catch (Exception e)
            {
                // Whatever it is, it is the caller's: uncaught here it would end the machine.
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static void Drop(uint user)
    {
        LinuxLimits.StandBack();
        Check(SystemCall(SysSetGroups, 0, 0, 0), "setgroups");
        Check(SystemCall(SysSetResGid, user, user, user), "setresgid");
        Check(PrCtl(PrSetNoNewPrivs, 1, 0, 0, 0), "prctl");
        Check(SystemCall(SysSetResUid, user, user, user), "setresuid");
    }

    /// <summary>Has this thread see nothing but what is below a folder. The working directory moves too: one outside would be a way out.</summary>
    private static void Enter(string root)
    {
        Check(Unshare(CloneFileSystem), "unshare");
        Check(ChangeRoot(root), root);
        Check(ChangeDirectory("/"), root);
    }

    private static void Check(nint result, string call)
    {
        if (result != 0)
        {
            throw LinuxError.Last(call);
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(long number, nuint first, nuint second, nuint third);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int PrCtl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "chroot", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeRoot(string path);

    [LibraryImport("libc", EntryPoint = "chdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeDirectory(string path);
}
