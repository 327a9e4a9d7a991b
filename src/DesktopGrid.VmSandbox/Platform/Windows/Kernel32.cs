using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Windows;

/// <summary>Calls of kernel32.dll that .NET has no name for. Each has a page of its own name at learn.microsoft.com, under Win32 API.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Kernel32
{
    private const string Library = "kernel32.dll";

    // "Process Creation Flags".
    public const uint CreateSuspended = 0x4, DetachedProcess = 0x8, NormalPriority = 0x20, IdlePriority = 0x40, BelowNormalPriority = 0x4000,
        CreateUnicodeEnvironment = 0x400, ExtendedStartupInfoPresent = 0x80000;

    // "Process Security and Access Rights", "Standard access rights".
    public const uint ProcessTerminate = 0x1, ProcessQueryLimitedInformation = 0x1000, Synchronize = 0x100000;

    /// <summary>WAIT_TIMEOUT.</summary>
    public const uint WaitTimeout = 0x102;

    [LibraryImport(Library, EntryPoint = "CreateProcessW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool CreateProcess(
        char* applicationName, char* commandLine, SecurityAttributes* processAttributes, SecurityAttributes* threadAttributes,
        [MarshalAs(UnmanagedType.Bool)] bool inheritHandles, uint creationFlags, char* environment, char* currentDirectory,
        StartupInfoEx* startupInfo, ProcessInformation* processInformation);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool InitializeProcThreadAttributeList(void* attributeList, int attributeCount, int flags, ref nuint size);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool UpdateProcThreadAttribute(void* attributeList, uint flags, nuint attribute, void* value, nuint size, void* previousValue, nuint* returnSize);

    [LibraryImport(Library)]
    public static partial void DeleteProcThreadAttributeList(void* attributeList);

    [LibraryImport(Library, SetLastError = true)]
    public static partial uint ResumeThread(nint thread);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool TerminateProcess(SafeProcessHandle process, uint exitCode);

    [LibraryImport(Library, SetLastError = true)]
    public static partial SafeProcessHandle OpenProcess(uint desiredAccess, [MarshalAs(UnmanagedType.Bool)] bool inheritHandle, int processId);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int GetProcessId(SafeProcessHandle process);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetExitCodeProcess(SafeProcessHandle process, out uint exitCode);

    /// <summary>Times are FILETIMEs: 100 ns, the two moments since 1601.</summary>
    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetProcessTimes(SafeProcessHandle process, out long creationTime, out long exitTime, out long kernelTime, out long userTime);

    /// <summary>psapi's GetProcessMemoryInfo under the name that kernel32 has had for it since Windows 7.</summary>
    [LibraryImport(Library, EntryPoint = "K32GetProcessMemoryInfo", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetProcessMemoryInfo(SafeProcessHandle process, out ProcessMemoryCounters counters, uint size);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetProcessInformation(SafeProcessHandle process, ProcessInformationClass informationClass, void* information, uint size);

    [LibraryImport(Library, EntryPoint = "CreateJobObjectW", SetLastError = true)]
    public static partial SafeJobHandle CreateJobObject(void* attributes, char* name);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetInformationJobObject(SafeJobHandle job, JobObjectInformationClass informationClass, void* information, uint size);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool TerminateJobObject(SafeJobHandle job, uint exitCode);

    /// <summary>A null job asks whether the process is in any.</summary>
    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool IsProcessInJob(nint process, nint job, [MarshalAs(UnmanagedType.Bool)] out bool result);

    /// <summary>Whether a handle is signalled: a process's is when it has ended.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial uint WaitForSingleObject(SafeProcessHandle process, uint milliseconds);

    /// <summary>A constant that stands for the caller; needs no closing.</summary>
    [LibraryImport(Library)]
    public static partial nint GetCurrentProcess();

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool CloseHandle(nint handle);

    [LibraryImport(Library)]
    public static partial nint LocalFree(nint memory);
}
