using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.Platform.Windows;

// Laid out as the pages of the same names at learn.microsoft.com describe them for 64-bit Windows; their sizes are tested.

/// <summary>STARTUPINFOEXW: STARTUPINFOW and the attribute list behind it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct StartupInfoEx
{
    /// <summary>STARTF_USESTDHANDLES.</summary>
    public const uint UseStandardHandles = 0x100;

    public uint Size;
    public char* Reserved;
    public char* Desktop;
    public char* Title;
    public uint X, Y, XSize, YSize, XCountChars, YCountChars, FillAttribute, Flags;
    public ushort ShowWindow, Reserved2Size;
    public byte* Reserved2;
    public nint StandardInput, StandardOutput, StandardError;
    public void* AttributeList;
}

/// <summary>PROCESS_INFORMATION.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProcessInformation
{
    public nint Process, Thread;
    public int ProcessId, ThreadId;
}

/// <summary>SECURITY_ATTRIBUTES.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SecurityAttributes
{
    public uint Length;
    public nint SecurityDescriptor;
    public int InheritHandle;
}

/// <summary>PROCESS_MEMORY_COUNTERS; everything after the count of page faults in bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProcessMemoryCounters
{
    public uint Size, PageFaultCount;
    public nuint PeakWorkingSetSize, WorkingSetSize, QuotaPeakPagedPoolUsage, QuotaPagedPoolUsage, QuotaPeakNonPagedPoolUsage, QuotaNonPagedPoolUsage, PagefileUsage, PeakPagefileUsage;
}

/// <summary>MEMORY_PRIORITY_INFORMATION.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MemoryPriority
{
    /// <summary>MEMORY_PRIORITY_VERY_LOW: these pages are the first to be taken.</summary>
    public const uint VeryLow = 1;

    public uint Priority;
}

/// <summary>PROCESS_INFORMATION_CLASS.</summary>
internal enum ProcessInformationClass
{
    /// <summary>ProcessMemoryPriority: a <see cref="Windows.MemoryPriority"/>.</summary>
    MemoryPriority = 0,
}
