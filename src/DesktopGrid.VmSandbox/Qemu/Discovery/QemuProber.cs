using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu.Arguments;
using DesktopGrid.VmSandbox.Qemu.Launching;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Qemu.Discovery;

/// <summary>Asks an emulator over its own monitor what it is and what it can do; nothing is read from its help text.</summary>
internal sealed class QemuProber(IHostPlatform platform, QemuOptions options, TimeProvider time, ILoggerFactory loggers)
{
    /// <summary>Runs it once without a machine.</summary>
    /// <exception cref="QemuException">It does not run, or lacks the machine or the processor that we need.</exception>
    public async Task<QemuInstallation> ProbeAsync(string path, string foundBy, CancellationToken cancellationToken)
    {
        try
        {
            return await ProbeAsync(path, foundBy, platform.Qemu.HasOwnFilter, cancellationToken).ConfigureAwait(false);
        }
        catch (QemuException e) when (platform.Qemu.HasOwnFilter && e.Evidence.Errors.Any(static line => line.Contains("-sandbox", StringComparison.Ordinal)))
        {
            // Built without libseccomp: usable, with one layer less, and the status says so.
            return await ProbeAsync(path, foundBy, withSandbox: false, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<QemuInstallation> ProbeAsync(string path, string foundBy, bool withSandbox, CancellationToken cancellationToken)
    {
        var name = TrialDirectories.NewName();
        var directory = platform.RuntimeDirectories.Create(name);
        try
        {
            var endpoint = platform.RuntimeDirectories.Endpoint(directory, "monitor");
            string[] arguments =
            [
                "-nodefaults", "-no-user-config", "-display", "none", "-machine", "none", "-accel", "tcg",
                .. withSandbox ? SandboxArguments.All : [],
                "-chardev", ChannelArguments.Listen("monitor", endpoint),
                "-mon", "chardev=monitor,mode=control",
            ];
            var process = await platform.Launcher.StartAsync(
                new LaunchRequest
                {
                    FileName = path,
                    Arguments = arguments,
                    // A tenth of a second's work, for which somebody waits: at idle priority a busy computer gave it no turn in half a minute.
                    Priority = ProcessPriority.BelowNormal,
                    Environment = new Dictionary<string, string> { ["LC_ALL"] = "C" },
                    Confinement = new ConfinementPlan { Identity = name, ReadWritePaths = [directory] },
                },
                cancellationToken).ConfigureAwait(false);
            await using var processScope = process.ConfigureAwait(false);
            var errors = new ErrorDrain(process, time);
            await using var errorsScope = errors.ConfigureAwait(false);
            using var killed = new KillAtEnd(process);
            using var bound = Deadline.After(options.LaunchTimeout, time).Enter(cancellationToken);
            using var death = CancellationTokenSource.CreateLinkedTokenSource(bound.Token);
            var asking = AskAsync(path, foundBy, withSandbox, endpoint, death.Token);
            if (await Task.WhenAny(asking, process.Exited).ConfigureAwait(false) != asking)
            {
                await death.CancelAsync().ConfigureAwait(false);
                await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await errors.CompleteAsync().ConfigureAwait(false);
                var lines = errors.Tail.Snapshot();
                throw new QemuException(SandboxErrorCode.QemuUnsuitable, $"{path} does not run as a QEMU system emulator: {(lines.Count > 0 ? lines[^1] : "it ended and said nothing")}") { Step = "start.find", Evidence = new QemuEvidence { ExitCode = process.Exited.Result.Code, Signal = process.Exited.Result.Signal, Errors = lines }, Advice = platform.Qemu.InstallAdvice };
            }

            return await asking.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new QemuException(SandboxErrorCode.QemuUnsuitable, $"{path} did not open its monitor within {options.LaunchTimeout.TotalSeconds:0} s.") { Step = "start.find", Advice = platform.Qemu.InstallAdvice };
        }
        finally
        {
            platform.RuntimeDirectories.Remove(name);
        }
    }

    private async Task<QemuInstallation> AskAsync(string path, string foundBy, bool withSandbox, Platform.Sockets.LocalEndpoint endpoint, CancellationToken cancellationToken)
    {
        var monitor = await MonitorConnector.OpenAsync(endpoint, new QmpOptions(), time, loggers.CreateLogger<QmpClient>(), cancellationToken).ConfigureAwait(false);
        await using var scope = monitor.ConfigureAwait(false);
        var package = (await monitor.ExecuteAsync(ControlCommands.QueryVersion, cancellationToken).ConfigureAwait(false)).Package;
        var machines = await monitor.ExecuteAsync(MachineCommands.QueryMachines, cancellationToken).ConfigureAwait(false);
        var processors = await monitor.ExecuteAsync(MachineCommands.QueryCpuDefinitions, cancellationToken).ConfigureAwait(false);
        var version = $"{monitor.Version}{(package.Length > 0 ? $" ({TextTail.Clean(package)})" : "")}";
        var model = MachineSpec.DefaultCpuModel.Split(',')[0];
        if (machines.All(static machine => machine.Name != MachineSpec.DefaultMachineType) || processors.All(processor => processor.Name != model))
        {
            throw new QemuException(SandboxErrorCode.QemuUnsuitable, $"QEMU {version} at {path} has no machine {MachineSpec.DefaultMachineType} or no processor {model}; version 7.2 or newer is needed.") { Step = "start.find", Advice = platform.Qemu.InstallAdvice };
        }

        var file = new FileInfo(path);
        var key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{version}|{file.Length}|{file.LastWriteTimeUtc.Ticks}");
        return new QemuInstallation(path, version, key, foundBy, withSandbox);
    }

    /// <summary>Before its drain is waited for: that ends with the process.</summary>
    private readonly struct KillAtEnd(HostProcess process) : IDisposable
    {
        public void Dispose() => process.Kill();
    }
}
