using System.Globalization;
using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>
/// System V's shared memory, message queues and semaphores: they belong to no process and stay in memory after the last one has ended.
/// Nothing in the guest but the task uses them, so all of them are the task's.
/// </summary>
internal static partial class LinuxIpc
{
    // shmctl(2), msgctl(2), semctl(2).
    private const int Remove = 0;

    public static void RemoveAll()
    {
        RemoveEach("/proc/sysvipc/shm", static id => SharedMemory(id, Remove, 0));
        RemoveEach("/proc/sysvipc/msg", static id => MessageQueue(id, Remove, 0));
        RemoveEach("/proc/sysvipc/sem", static id => Semaphores(id, 0, Remove));
    }

    /// <summary>proc(5): a line of headings, then one a line, with the id in the second column.</summary>
    private static void RemoveEach(string list, Func<int, int> remove)
    {
        foreach (var line in File.Exists(list) ? File.ReadAllLines(list)[1..] : [])
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var id, ..])
            {
                _ = remove(int.Parse(id, CultureInfo.InvariantCulture));
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "shmctl")]
    private static partial int SharedMemory(int id, int command, nint buffer);

    [LibraryImport("libc", EntryPoint = "msgctl")]
    private static partial int MessageQueue(int id, int command, nint buffer);

    [LibraryImport("libc", EntryPoint = "semctl")]
    private static partial int Semaphores(int id, int number, int command);
}
