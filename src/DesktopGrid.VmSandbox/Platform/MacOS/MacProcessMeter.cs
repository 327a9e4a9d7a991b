using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.MacOS;

/// <inheritdoc />
[SupportedOSPlatform("macos")]
internal sealed class MacProcessMeter : IProcessMeter
{
    private readonly TimeBaseInfo _timeBase = MacNative.TimeBase(out var info) == 0 ? info : new TimeBaseInfo { Numerator = 1, Denominator = 1 };

    public ProcessUsage? Read(ProcessIdentity identity) =>
        MacProcessFinder.Identify(identity.Id) == identity && MacNative.Measure(identity.Id) is { } usage
            ? new ProcessUsage(_timeBase.Of(usage.UserTime + usage.SystemTime), (long)usage.ResidentSize)
            : null;

    /// <summary>The footprint is what the system itself charges to a process: its own pages, and not those it shares.</summary>
    public long? ReadProportionalBytes(ProcessIdentity identity) =>
        MacProcessFinder.Identify(identity.Id) == identity && MacNative.Measure(identity.Id) is { } usage ? (long)usage.PhysicalFootprint : null;
}
