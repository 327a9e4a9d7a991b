using System.Globalization;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <inheritdoc />
[SupportedOSPlatform("linux")]
internal sealed class LinuxProcessMeter : IProcessMeter
{
    public ProcessUsage? Read(ProcessIdentity identity)
    {
        var stat = ProcFile.ReadStat(identity.Id);
        if (stat is null || stat.StartTicks != identity.StartTicks || stat.State is 'Z' or 'X')
        {
            return null;
        }

        var pages = ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{identity.Id}/statm"))?.Split(' ');
        return new ProcessUsage(
            // In whole ticks: a fraction of one would come and go where the catalog keeps milliseconds.
            TimeSpan.FromMilliseconds((stat.UserTicks + stat.SystemTicks) * 1000 / LinuxNative.TicksPerSecond),
            pages is [_, var resident, ..] ? long.Parse(resident, CultureInfo.InvariantCulture) * Environment.SystemPageSize : 0);
    }

    /// <summary>The kernel tells only whom it would let trace the process.</summary>
    public long? ReadProportionalBytes(ProcessIdentity identity)
    {
        var line = ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{identity.Id}/smaps_rollup"))?
            .Split('\n').FirstOrDefault(static line => line.StartsWith("Pss:", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..]
            ? long.Parse(kilobytes, CultureInfo.InvariantCulture) * 1024
            : null;
    }
}
