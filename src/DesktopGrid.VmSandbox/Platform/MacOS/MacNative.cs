using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace DesktopGrid.VmSandbox.Platform.MacOS;

/// <summary>
/// Calls of macOS that .NET has no name for. kill(2), geteuid(2), realpath(3), sysctlbyname(3) and confstr(3) have manual pages; libproc is described in
/// its header, libproc.h, and in sys/proc_info.h and sys/resource.h.
/// </summary>
[SupportedOSPlatform("macos")]
internal static unsafe partial class MacNative
{
    private const int SignalKill = 9;
    // _CS_DARWIN_USER_DIR of unistd.h.
    private const int DarwinUserDirectory = 65536;
    // MAXPATHLEN of sys/param.h, PROC_PIDPATHINFO_MAXSIZE of sys/proc_info.h.
    private const int LongestPath = 1024, LongestProgramPath = 4 * LongestPath;
    // The lists of a processor's features have some hundred letters.
    private const int LongestText = 4096;
    // PROC_PPID_ONLY and PROC_PIDTBSDINFO of sys/proc_info.h, RUSAGE_INFO_V0 of sys/resource.h.
    private const uint ChildrenOfParent = 6;
    private const int BsdInformation = 3, UsageVersion0 = 0;

    /// <summary>What of a process is known to the BSD side of the kernel; null when it is gone.</summary>
    public static BsdProcessInfo? Describe(int processId)
    {
        BsdProcessInfo info;
        return ProcessInformation(processId, BsdInformation, 0, &info, sizeof(BsdProcessInfo)) == sizeof(BsdProcessInfo) ? info : null;
    }

    /// <summary>What it has used; null when it is gone.</summary>
    public static ProcessUsageInfo? Measure(int processId)
    {
        ProcessUsageInfo usage;
        return Usage(processId, UsageVersion0, &usage) == 0 ? usage : null;
    }

    /// <summary>The children of a process that are there now.</summary>
    public static int[] ChildrenOf(int processId)
    {
        var found = new int[64];
        fixed (int* room = found)
        {
            var bytes = ListProcesses(ChildrenOfParent, (uint)processId, room, found.Length * sizeof(int));
            return found[..(Math.Max(bytes, 0) / sizeof(int))];
        }
    }

    /// <summary>The file that a process runs, links resolved.</summary>
    public static string? ProgramOf(int processId)
    {
        var room = stackalloc byte[LongestProgramPath];
        var length = ProgramPath(processId, room, LongestProgramPath);
        return length > 0 ? Marshal.PtrToStringUTF8((nint)room, length) : null;
    }

    /// <summary>realpath(3): what the kernel calls the file, which is what a sandbox profile must name; the path itself when it is not there.</summary>
    public static string RealPath(string path)
    {
        var room = stackalloc byte[LongestPath];
        return ResolvePath(path, room) == 0 ? path : Marshal.PtrToStringUTF8((nint)room)!;
    }

    /// <summary>confstr(3): a short folder of this user's own that nobody cleans up; null where there is none.</summary>
    public static string? UserDirectory()
    {
        var room = stackalloc byte[LongestPath];
        var length = ConfigurationString(DarwinUserDirectory, room, LongestPath);
        return length is > 1 and <= LongestPath ? Marshal.PtrToStringUTF8((nint)room) : null;
    }

    /// <summary>sysctlbyname(3): a text of the kernel's; null where it has none of that name, or one that is longer than any of these is.</summary>
    public static string? SystemText(string name)
    {
        var room = stackalloc byte[LongestText];
        nuint length = LongestText;
        return SystemValue(name, room, &length, null, 0) == 0 ? Marshal.PtrToStringUTF8((nint)room, (int)length).TrimEnd('\0') : null;
    }

    /// <summary>kill(2). A process that is gone is no failure.</summary>
    public static void Kill(int processId) => _ = Kill(processId, SignalKill);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    /// <summary>mach_timebase_info: how many nanoseconds a tick of the kernel's clock lasts, as a fraction.</summary>
    [LibraryImport("libc", EntryPoint = "mach_timebase_info")]
    public static partial int TimeBase(out TimeBaseInfo info);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ResolvePath(string path, byte* resolved);

    [LibraryImport("libc", EntryPoint = "confstr")]
    private static partial nuint ConfigurationString(int name, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "sysctlbyname", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SystemValue(string name, void* oldValue, nuint* oldLength, void* newValue, nuint newLength);

    [LibraryImport("libproc", EntryPoint = "proc_pidinfo")]
    private static partial int ProcessInformation(int processId, int flavor, ulong argument, void* buffer, int size);

    [LibraryImport("libproc", EntryPoint = "proc_pid_rusage")]
    private static partial int Usage(int processId, int flavor, void* buffer);

    [LibraryImport("libproc", EntryPoint = "proc_listpids")]
    private static partial int ListProcesses(uint type, uint typeInfo, void* buffer, int size);

    [LibraryImport("libproc", EntryPoint = "proc_pidpath")]
    private static partial int ProgramPath(int processId, void* buffer, uint size);
}
