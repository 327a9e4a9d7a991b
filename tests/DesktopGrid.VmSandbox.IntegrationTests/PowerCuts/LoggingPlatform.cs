using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;

namespace DesktopGrid.VmSandbox.IntegrationTests.PowerCuts;

/// <summary>The real system, but that a machine's QEMU writes a log of what it does to the file of its disk, below everything else that it does with it.</summary>
internal sealed class LoggingPlatform(IHostPlatform real, string log) : IHostPlatform, IProcessLauncher
{
    private const string Node = "\"node-name\":\"root-file\"", Use = "\"file\":\"root-file\"";

    public IProcessLauncher Launcher => this;
    public IProcessFinder Finder => real.Finder;
    public IProcessMeter Meter => real.Meter;
    public IRuntimeDirectories RuntimeDirectories => real.RuntimeDirectories;
    public QemuConditions Qemu => real.Qemu;
    public string Processor => real.Processor;

    public Platform.Memory.IRamImages? RamImages => real.RamImages;

    public StringComparer FileNames => real.FileNames;
    public IPrivateFiles Files => real.Files;

    public Task<HostProcess> StartAsync(LaunchRequest request, CancellationToken cancellationToken) => real.Launcher.StartAsync(
        request.Arguments.Any(static argument => argument.Contains(Node, StringComparison.Ordinal)) && request.Confinement is { } plan
            ? request with { Arguments = [.. request.Arguments.SelectMany(Logged)], Confinement = plan with { ReadWritePaths = [.. plan.ReadWritePaths, log] } }
            : request,
        cancellationToken);

    public Task ForgetAsync(CancellationToken cancellationToken) => real.Launcher.ForgetAsync(cancellationToken);

    public void Dispose() => real.Dispose();

    private IEnumerable<string> Logged(string argument) => argument.Contains(Node, StringComparison.Ordinal)
        ? [argument, "-blockdev", $$"""{"driver":"blklogwrites","node-name":"root-log","file":"root-file","log":{"driver":"file","filename":"{{log}}"} }"""]
        : [argument.Replace(Use, "\"file\":\"root-log\"", StringComparison.Ordinal)];
}
