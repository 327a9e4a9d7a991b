using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Qemu.Launching;

/// <inheritdoc />
internal sealed class QemuImageTool(IHostPlatform platform, QemuOptions options, TimeProvider time) : IQemuImageTool
{
    // It writes tables, not data; on a disk that is busy it was seen to take seconds.
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    // It copies data, at worst a whole disk to a slow one.
    private static readonly TimeSpan CopyBound = TimeSpan.FromHours(1);

    public Task RevertAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, CancellationToken cancellationToken) =>
        RunAsync(installation, machine, ["snapshot", "-q", "-a", snapshot, disk.OverlayPath], Plan(machine, disk), Bound, cancellationToken);

    public Task DeleteAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, CancellationToken cancellationToken) =>
        RunAsync(installation, machine, ["snapshot", "-q", "-d", snapshot, disk.OverlayPath], Plan(machine, disk), Bound, cancellationToken);

    public Task KeepAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, CancellationToken cancellationToken) =>
        RunAsync(installation, machine, ["snapshot", "-q", "-c", snapshot, disk.OverlayPath], Plan(machine, disk), Bound, cancellationToken);

    public Task ExtractAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, string target, CancellationToken cancellationToken) =>
        RunAsync(
            installation,
            machine,
            // Into a target that is there (-n) and has the same base (-B): what both have from it is not copied, and the target's header stays ours.
            ["convert", "-q", "-n", "-f", "qcow2", "-l", $"snapshot.name={snapshot}", "-O", "qcow2", "-B", disk.BasePath, "-F", disk.BaseFormat, disk.OverlayPath, target],
            Plan(machine, disk, target),
            CopyBound,
            cancellationToken);

    public Task ConvertAsync(QemuInstallation installation, string name, string source, string format, string target, long length, CancellationToken cancellationToken) =>
        RunAsync(
            installation,
            machine: null,
            // Into a target that is there and has nothing: what the source never wrote stays a hole.
            ["convert", "-q", "-n", "--target-is-zero", "-f", format, "-O", "raw", source, target],
            new ConfinementPlan { Identity = name, ReadOnlyPaths = [source], LentPaths = [source], ReadWritePaths = [target], MaxFileBytes = length },
            CopyBound,
            cancellationToken);

    private static ConfinementPlan Plan(string machine, OverlayDisk disk, params ReadOnlySpan<string> targets) =>
        new() { Identity = machine, ReadOnlyPaths = [disk.BasePath], ReadWritePaths = [disk.OverlayPath, .. targets] };

    /// <summary>As confined as QEMU itself: the file that it reads was written by one.</summary>
    private async Task RunAsync(QemuInstallation installation, string? machine, IReadOnlyList<string> arguments, ConfinementPlan plan, TimeSpan limit, CancellationToken cancellationToken)
    {
        var path = Find(installation);
        using var bound = Deadline.After(limit, time).Enter(cancellationToken);
        var process = await platform.Launcher.StartAsync(
            new LaunchRequest
            {
                FileName = path,
                Arguments = arguments,
                Priority = options.Priority,
                Environment = new Dictionary<string, string> { ["LC_ALL"] = "C" },
                Confinement = plan,
            },
            bound.Token).ConfigureAwait(false);
        await using var processScope = process.ConfigureAwait(false);
        var errors = new ErrorDrain(process, time);
        await using var errorsScope = errors.ConfigureAwait(false);
        try
        {
            var exit = await process.Exited.WaitAsync(bound.Token).ConfigureAwait(false);
            if (exit.Code != 0)
            {
                await errors.CompleteAsync().ConfigureAwait(false);
                var lines = errors.Tail.Snapshot();
                throw Fault(machine, $"{path} {arguments[0]} failed: {(lines.Count > 0 ? lines[^1] : "it said nothing")}", new QemuEvidence { ExitCode = exit.Code, Signal = exit.Signal, Errors = lines });
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            cancellationToken.ThrowIfCancellationRequested();
            throw Fault(machine, $"{path} did not end within {limit.TotalMinutes:0} min.", QemuEvidence.None);
        }
    }

    private string Find(QemuInstallation installation)
    {
        var path = Path.Combine(Path.GetDirectoryName(installation.EmulatorPath)!, "qemu-img" + Path.GetExtension(installation.EmulatorPath));
        return File.Exists(path)
            ? path
            : throw new QemuException(SandboxErrorCode.QemuUnsuitable, $"QEMU's image tool {path} is missing; checkpoints are of no use without it, and disks cannot be imported.") { Step = "disk.tool", Advice = platform.Qemu.InstallAdvice };
    }

    private static QemuException Fault(string? machine, string sentence, QemuEvidence evidence) =>
        new(SandboxErrorCode.QemuStartFailed, sentence) { Step = "disk.tool", Machine = machine, Evidence = evidence };
}
