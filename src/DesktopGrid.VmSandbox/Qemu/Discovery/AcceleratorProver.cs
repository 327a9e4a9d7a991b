using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp.Commands;

namespace DesktopGrid.VmSandbox.Qemu.Discovery;

/// <summary>
/// Proves an accelerator by booting a guest under it: a device file that opens, or a QEMU that starts, proves nothing. The guest is the
/// image's own kernel and initial RAM disk, which says that it has reached userspace and restarts, upon which QEMU ends.
/// </summary>
internal sealed class AcceleratorProver(IHostPlatform platform, IQemuLauncher launcher, QemuOptions options, TimeProvider time)
{
    /// <summary>The kernel parameter at which the initial RAM disk goes no further.</summary>
    public const string KernelParameter = "vmsandbox_prove=1";
    /// <summary>What the initial RAM disk says.</summary>
    public const string Marker = "vmsandbox-init: userspace reached";

    private const int MemoryMiB = 256;

    public async Task<AcceleratorVerdict> ProveAsync(QemuInstallation installation, ProvingGuest guest, Accelerator accelerator, CancellationToken cancellationToken)
    {
        var name = TrialDirectories.NewName();
        var directory = platform.RuntimeDirectories.Create(name);
        var start = time.GetTimestamp();
        try
        {
            using var bound = Deadline.After(options.ProofTimeout, time).Enter(cancellationToken);
            var reached = await BootAsync(installation, Spec(guest, accelerator, name, directory), bound.Token).ConfigureAwait(false);
            return reached
                ? new AcceleratorVerdict(accelerator, true, $"a guest reached userspace in {time.GetElapsedTime(start).TotalSeconds:0.0} s")
                : new AcceleratorVerdict(accelerator, false, "the guest ended before it reached userspace");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new AcceleratorVerdict(accelerator, false, $"no guest reached userspace within {options.ProofTimeout.TotalSeconds:0} s");
        }
        catch (QemuException e)
        {
            return new AcceleratorVerdict(accelerator, false, e.Sentence);
        }
        finally
        {
            platform.RuntimeDirectories.Remove(name);
        }
    }

    private async Task<bool> BootAsync(QemuInstallation installation, MachineSpec spec, CancellationToken cancellationToken)
    {
        var qemu = await launcher.StartAsync(installation, spec, announce: null, cancellationToken).ConfigureAwait(false);
        await using var scope = qemu.ConfigureAwait(false);
        try
        {
            await qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, cancellationToken).ConfigureAwait(false);
        }
        catch (Qmp.QmpException)
        {
            // It died at its first instruction, as this accelerator does on hosts that only pretend to have it: the console says the rest.
        }

        var reached = false;
        var lines = new LineSplitter(line => reached |= line.Contains(Marker, StringComparison.Ordinal));
        var buffer = new byte[4096];
        while (!reached)
        {
            try
            {
                var read = await qemu.Console.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                lines.Add(buffer.AsSpan(0, read));
            }
            catch (IOException)
            {
                break;
            }
        }

        return reached;
    }

    private MachineSpec Spec(ProvingGuest guest, Accelerator accelerator, string name, string directory) => new()
    {
        Name = name,
        Accelerator = accelerator,
        MemoryMiB = MemoryMiB,
        KernelPath = guest.KernelPath,
        InitrdPath = guest.InitrdPath,
        KernelCommandLine = $"{guest.KernelCommandLine} {KernelParameter}",
        Monitor = platform.RuntimeDirectories.Endpoint(directory, "monitor"),
        Console = platform.RuntimeDirectories.Endpoint(directory, "console"),
        RuntimeDirectory = directory,
        // A second of it, mostly once a QEMU: at a machine's own priority a busy owner would keep a good accelerator from its proof.
        Priority = ProcessPriority.Normal,
    };
}
