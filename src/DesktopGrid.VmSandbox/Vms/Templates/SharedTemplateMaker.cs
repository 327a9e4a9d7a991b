using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Platform.Memory;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Vms.Migration;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Templates;

/// <summary>
/// Brings a kept template into memory that can be shared: a QEMU whose virtual CPUs never go loads it into that memory, and says its devices
/// alone. It is gone before the memory is sealed, and no guest has run in it: nobody who is not trusted ever had a way to write there.
/// </summary>
internal sealed class SharedTemplateMaker(VmServices services)
{
    private const string Step = "start.shared";

    // Half a megabyte was seen.
    private const int MostDeviceBytes = 32 * 1024 * 1024;
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(10);

    /// <summary>Makes one. Nobody else may be making the template meanwhile.</summary>
    /// <exception cref="TemplateDamagedException">The template is not what was kept.</exception>
    /// <exception cref="SandboxException">QEMU failed, or there is no such memory.</exception>
    public async Task<SharedTemplate> MakeAsync(IRamImages images, Template template, string folder, QemuInstallation installation, MachineSpec wanted, BaseImage image, TimeSpan limit, CancellationToken cancellationToken)
    {
        // Where a template is made: what a killed host leaves is found there.
        var part = folder + TemplateMaker.PartExtension;
        IRamImage? ram = null;
        try
        {
            var spec = TemplateMaker.Prepare(services, part, wanted, image);
            ram = images.Make("vmsandbox-template", spec.MemoryBytes);
            using var bound = Deadline.After(limit, services.Time).Enter(cancellationToken);
            var devices = await FillAsync(installation, spec with { AwaitsState = true, Ram = new RamBacking(ram, IsWritten: true) }, template, bound.Token).ConfigureAwait(false);
            // It reads all of it, which takes a second for some GiB.
            await Task.Run(() => ram.Seal(bound.Token), bound.Token).ConfigureAwait(false);
            var made = new SharedTemplate(template.Version, ram, devices);
            ram = null;
            return made;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VmException(SandboxErrorCode.MachineBootTimeout, $"A template was not in shared memory within {limit.TotalSeconds:0} s.") { Step = Step, IsTransient = true };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Stores.StoreFault.From(e, $"The template {folder} cannot be brought into shared memory");
        }
        finally
        {
            ram?.Dispose();
            services.Platform.RuntimeDirectories.Remove(TemplateMaker.RuntimeName(part));
            TemplateStore.Delete(part);
        }
    }

    private async Task<ReadOnlyMemory<byte>> FillAsync(QemuInstallation installation, MachineSpec spec, Template template, CancellationToken cancellationToken)
    {
        var qemu = await services.Launcher.StartAsync(installation, spec, announce: null, cancellationToken).ConfigureAwait(false);
        await using var scope = qemu.ConfigureAwait(false);
        try
        {
            using var death = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var filling = FillAsync(qemu.Monitor, spec, template, death.Token);
            if (await Task.WhenAny(filling, qemu.Exited).ConfigureAwait(false) != filling)
            {
                await death.CancelAsync().ConfigureAwait(false);
                await ((Task)filling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new QemuException(SandboxErrorCode.QemuStartFailed, "QEMU ended while it loaded a template into shared memory.") { Step = Step, Evidence = new QemuEvidence { CommandLine = qemu.CommandLine, Errors = qemu.Errors.Snapshot() } };
            }

            return await filling.ConfigureAwait(false);
        }
        finally
        {
            // What it has mapped could still be written to, and so not be sealed.
            qemu.Kill();
            using var bound = new CancellationTokenSource(EndBound, services.Time);
            await ((Task)qemu.Exited).WaitAsync(bound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ReadOnlyMemory<byte>> FillAsync(QmpClient monitor, MachineSpec spec, Template template, CancellationToken cancellationToken)
    {
        await StateTarget.LoadAsync(monitor, spec.State!, template.PourStateAsync, services.Time, cancellationToken).ConfigureAwait(false);
        await monitor.ExecuteAsync(MigrationCommands.SwitchOn(MigrationNames.IgnoreShared), cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<byte> devices = default;
        await StateSource.SaveAsync(
            monitor,
            spec.State!,
            snapshot: null,
            AfterSaving.Ends,
            async (stream, token) => devices = await ReadAsync(stream, token).ConfigureAwait(false),
            step => VmLog.Step(services.Logger, "of a template", $"{Step}.{step}"),
            services.Time,
            cancellationToken).ConfigureAwait(false);
        return devices;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var block = new byte[64 * 1024];
        while (await stream.ReadAsync(block, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            if (kept.Length + read > MostDeviceBytes)
            {
                throw new QmpException(SandboxErrorCode.MonitorCommandFailed, $"QEMU's devices have a state of more than {MostDeviceBytes} bytes: its memory cannot be shared.");
            }

            kept.Write(block, 0, read);
        }

        return kept.ToArray();
    }
}
