using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.Platform.Windows;

// Laid out as the pages of the same names at learn.microsoft.com describe them for 64-bit Windows; their sizes are tested.

/// <summary>JOBOBJECT_BASIC_LIMIT_INFORMATION.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct JobBasicLimits
{
    // JOB_OBJECT_LIMIT_ACTIVE_PROCESS, _PRIORITY_CLASS, _DIE_ON_UNHANDLED_EXCEPTION, _KILL_ON_JOB_CLOSE.
    public const uint ActiveProcess = 0x8, Priority = 0x20, DieOnUnhandledException = 0x400, KillOnJobClose = 0x2000;

    public long PerProcessUserTimeLimit, PerJobUserTimeLimit;
    public uint LimitFlags;
    public nuint MinimumWorkingSetSize, MaximumWorkingSetSize;
    public uint ActiveProcessLimit;
    public nuint Affinity;
    public uint PriorityClass, SchedulingClass;
}

/// <summary>IO_COUNTERS.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IoCounters
{
    public ulong ReadOperations, WriteOperations, OtherOperations, ReadBytes, WriteBytes, OtherBytes;
}

/// <summary>JOBOBJECT_EXTENDED_LIMIT_INFORMATION.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct JobExtendedLimits
{
    public JobBasicLimits Basic;
    public IoCounters Io;
    public nuint ProcessMemoryLimit, JobMemoryLimit, PeakProcessMemoryUsed, PeakJobMemoryUsed;
}

/// <summary>JOBOBJECT_BASIC_UI_RESTRICTIONS.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct JobUserInterfaceLimits
{
    // JOB_OBJECT_UILIMIT_*: foreign windows, clipboard, system parameters, display, atoms, desktops, shutdown.
    public const uint All = 0xff;

    public uint Restrictions;
}

/// <summary>JOBOBJECTINFOCLASS.</summary>
internal enum JobObjectInformationClass
{
    BasicUserInterfaceRestrictions = 4,
    ExtendedLimitInformation = 9,
}
