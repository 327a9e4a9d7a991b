using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Diagnosis;

/// <summary>Tries everything that a job needs, in its order, and believes nothing that it has not seen work.</summary>
internal sealed class Doctor(IQemuSelector selector, ImageLibrary images, IRunningMachines machines, Func<IRunningMachine, ISandboxSession> sessions, TimeProvider time)
{
    private const int Pings = 10;

    private readonly List<DiagnosisFinding> _findings = [];
    private HostDiagnosis _found = new();

    public async Task<HostDiagnosis> ExamineAsync(CancellationToken cancellationToken)
    {
        var hasQemu = await TryAsync("qemu", () => FindQemuAsync(cancellationToken)).ConfigureAwait(false);
        var image = await ResolveAsync(cancellationToken).ConfigureAwait(false);
        if (hasQemu && image is not null
            && await TryAsync("accelerator", () => ProveAsync(image, cancellationToken)).ConfigureAwait(false))
        {
            await TryAsync("start", () => BootAsync(cancellationToken)).ConfigureAwait(false);
        }

        foreach (var layer in _found.Confinement.Where(static layer => !layer.IsOn && layer.Layer is not ConfinementLayer.DiesWithParent))
        {
            _findings.Add(new DiagnosisFinding("confinement", false, $"{layer.Layer} is off: {layer.Reason}."));
        }

        if (_found.Assurance is AssuranceLevel.Emulation)
        {
            _findings.Add(new DiagnosisFinding("accelerator", false, "Guests run by emulation: slower, and by QEMU's own word no security boundary; confinement carries the weight."));
        }

        return _found with { Findings = _findings };
    }

    private async Task<bool> TryAsync(string step, Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
            return true;
        }
        catch (SandboxException e)
        {
            _findings.Add(new DiagnosisFinding(step, true, e.Message));
            return false;
        }
    }

    private async Task FindQemuAsync(CancellationToken cancellationToken)
    {
        var qemu = await selector.FindAgainAsync(cancellationToken).ConfigureAwait(false);
        _found = _found with { QemuPath = qemu.EmulatorPath, QemuFoundBy = qemu.FoundBy, QemuVersion = qemu.Version };
    }

    private async Task<BaseImage?> ResolveAsync(CancellationToken cancellationToken)
    {
        BaseImage? image = null;
        await TryAsync("image", async () =>
        {
            image = await images.ResolveAsync(null, cancellationToken).ConfigureAwait(false);
            _found = _found with { Image = $"{image.Manifest.Name} {image.Id}" };
        }).ConfigureAwait(false);
        return image;
    }

    private async Task ProveAsync(BaseImage image, CancellationToken cancellationToken)
    {
        var guest = new ProvingGuest(image.KernelPath, image.InitrdPath, image.Manifest.KernelCommandLine);
        _found = _found with { Accelerators = await selector.ProveAsync(guest, again: true, cancellationToken).ConfigureAwait(false) };
    }

    private async Task BootAsync(CancellationToken cancellationToken)
    {
        var id = await machines.CreateAsync(new VmOptions { IsTemporary = true, Labels = new Dictionary<string, string> { ["purpose"] = "doctor" } }, cancellationToken).ConfigureAwait(false);
        try
        {
            var start = time.GetTimestamp();
            await machines.StartAsync(id, cancellationToken).ConfigureAwait(false);
            _found = _found with { StartTime = time.GetElapsedTime(start) };
            var status = await machines.GetStatusAsync(id, cancellationToken).ConfigureAwait(false);
            _found = _found with { Accelerator = status.Accelerator, Assurance = status.Assurance, Confinement = status.Confinement };
            var session = sessions(await machines.RequireRunningAsync(id, acceptSuspended: false, cancellationToken).ConfigureAwait(false));
            _found = _found with { PingTime = await PingAsync(session, cancellationToken).ConfigureAwait(false), IsReady = true };
        }
        finally
        {
            await machines.DestroyAsync(id, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<TimeSpan> PingAsync(ISandboxSession session, CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < Pings; i++)
        {
            var start = time.GetTimestamp();
            await session.PingAsync(cancellationToken).ConfigureAwait(false);
            times.Add(time.GetElapsedTime(start));
        }

        return times.Order().ElementAt(Pings / 2);
    }
}
