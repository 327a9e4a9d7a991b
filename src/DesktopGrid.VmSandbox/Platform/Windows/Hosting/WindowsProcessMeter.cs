using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Windows.Processes;

namespace DesktopGrid.VmSandbox.Platform.Windows.Hosting;

/// <inheritdoc />
[SupportedOSPlatform("windows")]
internal sealed unsafe class WindowsProcessMeter : IProcessMeter
{
    public ProcessUsage? Read(ProcessIdentity identity)
    {
        using var handle = ProcessHandle.Open(identity, 0);
        if (handle is null
            || Kernel32.WaitForSingleObject(handle, 0) != Kernel32.WaitTimeout
            || !Kernel32.GetProcessTimes(handle, out _, out _, out var kernel, out var user))
        {
            return null;
        }

        var memory = Kernel32.GetProcessMemoryInfo(handle, out var counters, (uint)sizeof(ProcessMemoryCounters)) ? (long)counters.WorkingSetSize : 0;
        // A FILETIME counts what a TimeSpan counts.
        return new ProcessUsage(TimeSpan.FromTicks(kernel + user), memory);
    }

    /// <summary>Windows does not say how many share a page.</summary>
    public long? ReadProportionalBytes(ProcessIdentity identity) => null;
}
