using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Qemu.Discovery;

/// <inheritdoc />
internal sealed class QemuSelector(QemuLocator locator, QemuProber prober, AcceleratorProver prover, IVerdictStore verdicts, IHostPlatform platform, QemuOptions options) : IQemuSelector, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private QemuInstallation? _installation;
    private (string Path, long Length, DateTime Written) _probed;

    private bool DemandsHardware => options.RequireHardware || options.Accelerator is not (null or Accelerator.Tcg);

    public Task<QemuInstallation> FindAsync(CancellationToken cancellationToken) => FindAsync(again: false, cancellationToken);

    public Task<QemuInstallation> FindAgainAsync(CancellationToken cancellationToken) => FindAsync(again: true, cancellationToken);

    public async Task<IReadOnlyList<AcceleratorVerdict>> ProveAsync(ProvingGuest guest, bool again, CancellationToken cancellationToken)
    {
        var installation = await FindAsync(cancellationToken).ConfigureAwait(false);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var found = new List<AcceleratorVerdict>();
            foreach (var accelerator in Wanted())
            {
                found.Add(await ProveAsync(installation, guest, accelerator, again, cancellationToken).ConfigureAwait(false));
            }

            if (DemandsHardware && !found.Exists(static verdict => verdict.IsProven))
            {
                var reasons = found.Count == 0 ? "only emulation is allowed by the options" : string.Join("; ", found.Select(static verdict => $"{verdict.Accelerator}: {verdict.Reason}"));
                throw new QemuException(SandboxErrorCode.AcceleratorUnavailable, $"Hardware virtualization is demanded and none is proven here ({reasons}).") { Step = "start.prove" };
            }

            if (options.Accelerator is null or Accelerator.Tcg)
            {
                found.Add(new AcceleratorVerdict(Accelerator.Tcg, true, "software emulation needs no help of the host"));
            }

            return found;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<QemuInstallation> FindAsync(bool again, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Looked for each time: QEMU is upgraded under a host that runs for weeks, by some installers to another folder.
            var (path, foundBy) = locator.Find();
            var file = new FileInfo(path);
            // Read before the probe, so that an upgrade in the midst of it is seen the next time.
            var now = (path, file.Exists ? file.Length : 0, file.LastWriteTimeUtc);
            if (again || _installation is null || now != _probed)
            {
                // What confines the one may not suit the other.
                await platform.Launcher.ForgetAsync(cancellationToken).ConfigureAwait(false);
                _installation = await prober.ProbeAsync(path, foundBy, cancellationToken).ConfigureAwait(false);
                _probed = now;
            }

            return _installation;
        }
        finally
        {
            _gate.Release();
        }
    }

    private IReadOnlyList<Accelerator> Wanted() => options.Accelerator switch
    {
        null => [.. platform.Qemu.Accelerators.Select(static help => AcceleratorNames.Parse(help.Name))],
        Accelerator.Tcg => [],
        { } named => [named],
    };

    private async Task<AcceleratorVerdict> ProveAsync(QemuInstallation installation, ProvingGuest guest, Accelerator accelerator, bool again, CancellationToken cancellationToken)
    {
        var help = platform.Qemu.Accelerators.FirstOrDefault(help => help.Name == accelerator.QemuName());
        if (help is not { Absence: null })
        {
            // Not remembered: it may be there tomorrow, and to look costs nothing.
            return new AcceleratorVerdict(accelerator, false, help?.Absence ?? $"this operating system has no {accelerator.QemuName()}");
        }

        // Another kernel or another QEMU may do what this one cannot.
        var key = $"{installation.BuildKey}|{Environment.OSVersion.VersionString}";
        // Who demands hardware may have mended what a remembered "no" came from: a right to a device, a switch in the firmware.
        if (!again && await verdicts.FindAsync(key, accelerator, cancellationToken).ConfigureAwait(false) is { } remembered && (remembered.IsProven || !DemandsHardware))
        {
            return remembered;
        }

        var verdict = await prover.ProveAsync(installation, guest, accelerator, cancellationToken).ConfigureAwait(false);
        await verdicts.SaveAsync(key, verdict, cancellationToken).ConfigureAwait(false);
        return verdict;
    }
}
