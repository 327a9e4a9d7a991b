using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>The few C library calls that .NET has no name for. Each is described in its page of section 2 or 3 of the Linux manual.</summary>
[SupportedOSPlatform("linux")]
internal static partial class LinuxNative
{
    public const int SignalKill = 9;

    // sysconf(3): _SC_CLK_TCK of glibc and musl.
    private const int ClockTicks = 2;

    // memfd_create(2): closed in every program that is started, and can be sealed.
    private const uint MemoryCloseOnExec = 1, MemoryMayBeSealed = 2;

    // fcntl(2): the commands of seals, and all four of them (no more seals, no shrinking, no growing, no writing).
    private const int AddSeals = 1033, GetSeals = 1034, EverySeal = 15;

    // fallocate(2): keeps the size, makes a hole.
    private const int MakeHole = 3;

    // sched(7): the two policies that share processors by turns.
    private const uint OrdinaryPolicy = 0, BatchPolicy = 3;

    public static bool IsRoot => EffectiveUser() == 0;

    public static long TicksPerSecond => SystemConfiguration(ClockTicks);

    /// <summary>kill(2). A process that is gone is no failure.</summary>
    public static void Kill(int processId) => _ = Kill(processId, SignalKill);

    /// <summary>lchown(2); false with the reason in the last error.</summary>
    public static bool ChangeOwner(string path, uint user, uint group) => ChangeLinkOwner(path, user, group) == 0;

    /// <summary>memfd_create(2): a file in memory without a name, never handed down by itself; invalid with the reason in the last error.</summary>
    public static SafeFileHandle MakeMemoryFile(string name) => new(MemoryCreate(name, MemoryCloseOnExec | MemoryMayBeSealed), ownsHandle: true);

    /// <summary>Forbids any change of such a file; false with the reason in the last error.</summary>
    public static bool Seal(SafeFileHandle file) => FileControl(file, AddSeals, EverySeal) == 0;

    /// <summary>Whether any change of it is forbidden.</summary>
    public static bool IsSealed(SafeFileHandle file) => FileControl(file, GetSeals, 0) is >= 0 and var seals && (seals & EverySeal) == EverySeal;

    /// <summary>fallocate(2): gives back a part of a file, which reads as zeros then; false with the reason in the last error.</summary>
    public static bool PunchHole(SafeFileHandle file, long offset, long length) => Allocate(file, MakeHole, offset, length) == 0;

    /// <summary>
    /// sched_setattr(2): how long a turn of this thread is to be, and of all threads and programs that begin at it; zero for the kernel's own measure.
    /// Linux 6.12 heeds it ("Fair: custom slice" of its EEVDF scheduler, 0.1 to 100 ms), an older one does not.
    /// </summary>
    /// <returns>False where the thread takes no turns of that kind, or the computer's numbers of system calls are not known here.</returns>
    public static bool AskForTurn(TimeSpan length)
    {
        // asm/unistd.h; the C library has names for them since 2.41 only.
        var (set, get) = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => (314, 315),
            Architecture.Arm64 => (274, 275),
            _ => (0, 0),
        };
        var attributes = new SchedulingAttributes { Size = (uint)Marshal.SizeOf<SchedulingAttributes>() };
        if (set == 0 || GetScheduling(get, 0, ref attributes, attributes.Size, 0) != 0 || attributes.Policy is not (OrdinaryPolicy or BatchPolicy))
        {
            return false;
        }

        attributes.RuntimeNanoseconds = (ulong)(length.Ticks * TimeSpan.NanosecondsPerTick);
        return SetScheduling(set, 0, in attributes, 0) == 0;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint GetScheduling(nint number, nint thread, ref SchedulingAttributes attributes, nuint size, nuint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SetScheduling(nint number, nint thread, in SchedulingAttributes attributes, nuint flags);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(SafeFileHandle file, int command, int argument);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "sysconf")]
    private static partial long SystemConfiguration(int name);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeLinkOwner(string path, uint user, uint group);

    /// <summary>linux/sched/types.h, struct sched_attr, first version.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SchedulingAttributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong RuntimeNanoseconds;
        public ulong DeadlineNanoseconds;
        public ulong PeriodNanoseconds;
    }
}
