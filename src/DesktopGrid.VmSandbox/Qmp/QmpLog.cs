using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Qmp;

/// <summary>What the monitor's room tells to the logger.</summary>
internal static partial class QmpLog
{
    [LoggerMessage(SandboxEventId.MonitorEvent, LogLevel.Debug, "QEMU event {Name}")]
    public static partial void MonitorEvent(ILogger logger, string name);
}
