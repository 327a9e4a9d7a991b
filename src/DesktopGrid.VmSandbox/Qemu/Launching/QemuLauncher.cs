using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu.Arguments;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Qemu.Launching;

/// <inheritdoc />
internal sealed class QemuLauncher(IHostPlatform platform, QemuOptions options, TimeProvider time, ILoggerFactory loggers) : IQemuLauncher
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);
    // What a QEMU on a busy host takes from its first instruction to its monitor's greeting. Half a second was seen to be too little, and
    // whoever gives up too early removes the only way to it.
    private static readonly TimeSpan StrayPatience = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = loggers.CreateLogger<QemuLauncher>();
    private readonly QmpOptions _monitorOptions = new();

    public async Task<IQemuProcess> StartAsync(QemuInstallation installation, MachineSpec spec, Action<ProcessIdentity>? announce, CancellationToken cancellationToken)
    {
        var arguments = QemuArguments.For(spec, installation.HasSandbox);
        var commandLine = string.Join(' ', arguments.Prepend(installation.EmulatorPath));
        QemuLog.Starting(_logger, spec.Name, commandLine);
        ClearSockets(spec);
        var process = await platform.Launcher.StartAsync(Request(installation, spec, arguments) with { Announce = announce }, cancellationToken).ConfigureAwait(false);
        var errors = new ErrorDrain(process, time);
        var layers = WithOwnFilter(process.Confinement, installation);
        try
        {
            Demand(layers);
            using var bound = Deadline.After(options.LaunchTimeout, time).Enter(cancellationToken);
            using var death = CancellationTokenSource.CreateLinkedTokenSource(bound.Token);
            var connecting = ConnectAsync(spec, death.Token);
            if (await Task.WhenAny(connecting, process.Exited).ConfigureAwait(false) != connecting)
            {
                await death.CancelAsync().ConfigureAwait(false);
                await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (connecting.IsCompletedSuccessfully)
                {
                    await connecting.Result.Monitor.DisposeAsync().ConfigureAwait(false);
                    await connecting.Result.Console.DisposeAsync().ConfigureAwait(false);
                }

                throw await EndedAsync(process, errors, commandLine).ConfigureAwait(false);
            }

            try
            {
                var (monitor, console) = await connecting.ConfigureAwait(false);
                return new QemuProcess(process, monitor, console, errors, commandLine, layers);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new QemuException(SandboxErrorCode.QemuStartFailed, $"QEMU did not open its monitor within {options.LaunchTimeout.TotalSeconds:0} s.")
                {
                    Step = "start.launch",
                    Machine = spec.Name,
                    Evidence = new QemuEvidence { CommandLine = commandLine, Errors = errors.Tail.Snapshot() },
                    IsTransient = true,
                };
            }
            catch (SandboxException)
            {
                // A monitor breaks off a moment before its QEMU is seen to have ended; the end is the cause to tell.
                using var patience = new CancellationTokenSource(EndPatience, time);
                await ((Task)process.Exited).WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (process.Exited.IsCompleted)
                {
                    throw await EndedAsync(process, errors, commandLine).ConfigureAwait(false);
                }

                throw;
            }
        }
        catch
        {
            // Also one that was to outlive us: it never began to live.
            process.Kill();
            await process.DisposeAsync().ConfigureAwait(false);
            await errors.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task<IQemuProcess> AdoptAsync(ProcessIdentity identity, MachineSpec spec, CancellationToken cancellationToken)
    {
        using var gone = new CancellationTokenSource();
        using var bound = Deadline.After(options.LaunchTimeout, time).Enter(cancellationToken, gone.Token);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(bound.Token);
        try
        {
            var connecting = ConnectAsync(spec, bound.Token);
            // One that is just ending answers no more, and is not to be waited for.
            await Task.WhenAny(connecting, platform.Finder.WaitForExitAsync(identity, watching.Token)).ConfigureAwait(false);
            await watching.CancelAsync().ConfigureAwait(false);
            if (!connecting.IsCompleted)
            {
                await gone.CancelAsync().ConfigureAwait(false);
            }

            var (monitor, console) = await connecting.ConfigureAwait(false);
            return new AdoptedQemuProcess(identity, platform.Finder, monitor, console);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new QemuException(SandboxErrorCode.QemuStartFailed, $"QEMU's process {identity.Id} runs but did not answer on its monitor within {options.LaunchTimeout.TotalSeconds:0} s.") { Machine = spec.Name };
        }
    }

    public async Task EndStrayAsync(LocalEndpoint monitor, CancellationToken cancellationToken)
    {
        using var bound = Deadline.After(StrayPatience, time).Enter(cancellationToken);
        try
        {
            var client = await MonitorConnector.OpenAsync(monitor, _monitorOptions, time, loggers.CreateLogger<QmpClient>(), bound.Token).ConfigureAwait(false);
            await using var scope = client.ConfigureAwait(false);
            await client.ExecuteAsync(ControlCommands.Quit, bound.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SandboxException or OperationCanceledException)
        {
            // Nobody listens, or it has ended while it was asked.
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>QEMU replaces what is in its sockets' places, but later than we first try to connect: whoever listened there would be taken for it.</summary>
    private static void ClearSockets(MachineSpec spec)
    {
        foreach (var endpoint in (IEnumerable<LocalEndpoint>)[spec.Monitor, spec.Console, .. spec.Ports.Select(static port => port.Endpoint)])
        {
            try
            {
                File.Delete(endpoint.Path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new PlatformException(SandboxErrorCode.PlatformFailure, $"What is in the place of the socket {endpoint.Path} cannot be removed: {e.Message}", e) { Step = "start.launch", Advice = "Remove it by hand." };
            }
        }
    }

    private LaunchRequest Request(QemuInstallation installation, MachineSpec spec, IReadOnlyList<string> arguments)
    {
        var readOnly = new List<string> { spec.KernelPath, spec.InitrdPath };
        var readWrite = new List<string> { spec.RuntimeDirectory };
        if (spec.Disk is { } disk)
        {
            readOnly.Add(disk.BasePath);
            readOnly.AddRange(spec.Layers.Select(static layer => layer.Path));
            readWrite.Add(disk.OverlayPath);
            readOnly.AddRange(spec.InputDisk is { } input ? [input] : []);
            readWrite.AddRange(spec.OutputDisk is { } output ? [output] : []);
        }

        return new LaunchRequest
        {
            FileName = installation.EmulatorPath,
            Arguments = arguments,
            Priority = spec.Priority,
            DieWithParent = !spec.OutlivesHost,
            Ram = spec.Ram?.Image,
            Environment = new Dictionary<string, string> { ["LC_ALL"] = "C", ["TMPDIR"] = spec.RuntimeDirectory },
            Confinement = new ConfinementPlan
            {
                Identity = spec.Name,
                ReadOnlyPaths = readOnly,
                ReadWritePaths = readWrite,
                LentPaths = spec.InputDisk is { } lent ? [lent] : [],
                DevicePaths = platform.Qemu.Accelerators.FirstOrDefault(help => help.Name == spec.Accelerator.QemuName())?.DevicePaths ?? [],
                MaxFileBytes = spec.MaxFileBytes,
            },
        };
    }

    private async Task<(QmpClient Monitor, Stream Console)> ConnectAsync(MachineSpec spec, CancellationToken cancellationToken)
    {
        var monitor = await MonitorConnector.OpenAsync(spec.Monitor, _monitorOptions, time, loggers.CreateLogger<QmpClient>(), cancellationToken).ConfigureAwait(false);
        try
        {
            return (monitor, await spec.Console.ConnectAsync(time, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await monitor.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private IReadOnlyList<ConfinementLayerStatus> WithOwnFilter(IReadOnlyList<ConfinementLayerStatus> layers, QemuInstallation installation) =>
    [
        new(ConfinementLayer.QemuSeccomp, installation.HasSandbox, installation.HasSandbox ? "QEMU -sandbox on" : platform.Qemu.HasOwnFilter ? "this QEMU was built without a system-call filter" : "QEMU can filter its system calls on Linux only"),
        .. layers,
    ];

    private void Demand(IReadOnlyList<ConfinementLayerStatus> layers)
    {
        foreach (var required in options.RequiredLayers)
        {
            var status = layers.FirstOrDefault(layer => layer.Layer == required);
            if (status is not { IsOn: true })
            {
                throw new PlatformException(SandboxErrorCode.ConfinementUnavailable, $"The confinement layer {required} is demanded and cannot be had: {status?.Reason ?? "this operating system does not offer it"}.") { Step = "start.launch" };
            }
        }
    }

    private static async Task<QemuException> EndedAsync(HostProcess process, ErrorDrain errors, string commandLine)
    {
        var exit = await process.Exited.ConfigureAwait(false);
        await errors.CompleteAsync().ConfigureAwait(false);
        var lines = errors.Tail.Snapshot();
        var how = exit.Signal is { } signal ? $"was ended by signal {signal}" : $"ended with exit code {exit.Code}";
        return new QemuException(SandboxErrorCode.QemuStartFailed, $"QEMU {how} before the machine ran: {(lines.Count > 0 ? lines[^1] : "it said nothing")}")
        {
            Step = "start.launch",
            // One that was killed need not be again.
            IsTransient = exit.Signal is not null,
            Evidence = new QemuEvidence { ExitCode = exit.Code, Signal = exit.Signal, CommandLine = commandLine, Errors = lines },
        };
    }
}
