using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.Platform.MacOS;

// Laid out as the headers describe them; their sizes are tested.

/// <summary>struct proc_bsdinfo of sys/proc_info.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BsdProcessInfo
{
    /// <summary>SZOMB of sys/proc.h: ended, and not yet fetched by its parent.</summary>
    public const uint Zombie = 5;

    public uint Flags, Status, ExitStatus, ProcessId, ParentId, User, Group, RealUser, RealGroup, SavedUser, SavedGroup, Reserved;
    public CommandName Command;
    public LongName Name;
    public uint OpenFiles, ProcessGroup, JobControlCounter, Terminal, TerminalGroup;
    public int Nice;
    public ulong StartSeconds, StartMicroseconds;

    /// <summary>MAXCOMLEN characters.</summary>
    [InlineArray(16)]
    public struct CommandName
    {
        private byte _first;
    }

    /// <summary>Twice as many.</summary>
    [InlineArray(32)]
    public struct LongName
    {
        private byte _first;
    }
}

/// <summary>struct rusage_info_v0 of sys/resource.h; times in ticks of the kernel's clock, sizes in bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProcessUsageInfo
{
    public Identifier Executable;
    public ulong UserTime, SystemTime, PackageIdleWakeups, InterruptWakeups, PageIns, WiredSize, ResidentSize, PhysicalFootprint, StartTime, ExitTime;

    /// <summary>A UUID.</summary>
    [InlineArray(16)]
    public struct Identifier
    {
        private byte _first;
    }
}

/// <summary>struct mach_timebase_info of mach/mach_time.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeBaseInfo
{
    public uint Numerator, Denominator;

    /// <summary>Ticks as a time; 128 bits between, since a month of an old clock times 125 leaves 64.</summary>
    public readonly TimeSpan Of(ulong ticks) => TimeSpan.FromTicks((long)((UInt128)ticks * Numerator / Denominator / 100));
}
