using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Qemu.Launching;

/// <summary>What QEMU's room tells to the logger.</summary>
internal static partial class QemuLog
{
    [LoggerMessage(SandboxEventId.QemuStarting, LogLevel.Debug, "Starting QEMU for {Machine}: {CommandLine}")]
    public static partial void Starting(ILogger logger, string machine, string commandLine);
}
