using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qemu.Discovery;

namespace DesktopGrid.VmSandbox.IntegrationTests.Qemu;

/// <summary>
/// What is remembered of QEMU and its accelerators, and for how long. QEMU is the real one; a stand-in boots the proving guest, since
/// hardware neither fails nor hangs on command.
/// </summary>
[Platform("Linux")]
internal sealed class SelectorTests
{
    private static readonly ProvingGuest Guest = new("/vmlinux", "/initrd", "");

    [TestCase(false, false)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [CancelAfter(120_000)]
    public async Task A_no_is_remembered_for_who_may_do_without_and_proven_again_for_who_demands_hardware(bool isNamed, bool isRequired, CancellationToken cancellationToken)
    {
        using var bench = new Bench(new QemuOptions { Accelerator = isNamed ? Accelerator.Kvm : null, RequireHardware = isRequired });

        await bench.TryAsync(cancellationToken);
        await bench.TryAsync(cancellationToken);

        bench.Kept.Should().ContainSingle().Which.Should().Match<AcceleratorVerdict>(static verdict => !verdict.IsProven && verdict.Reason.StartsWith("it is refused here", StringComparison.Ordinal));
        bench.Boots.Should().Be(isNamed || isRequired ? 2 : 1);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Who_demands_hardware_in_vain_is_told_that_it_will_be_proven_again(CancellationToken cancellationToken)
    {
        using var bench = new Bench(new QemuOptions { RequireHardware = true });

        var failure = await bench.TryAsync(cancellationToken);

        failure!.Code.Should().Be(SandboxErrorCode.AcceleratorUnavailable);
        failure.Message.Should().Contain("Kvm: it is refused here").And.Contain("the doctor").And.Contain("prove it again");
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_no_that_came_from_a_time_out_is_not_remembered(CancellationToken cancellationToken)
    {
        using var bench = new Bench(new QemuOptions { ProofTimeout = TimeSpan.FromMilliseconds(50) }, hangs: true);

        await bench.TryAsync(cancellationToken);
        await bench.TryAsync(cancellationToken);

        bench.Kept.Should().BeEmpty();
        bench.Boots.Should().Be(2);
    }

    /// <summary>A selector on this host, as if it had KVM, and what became of its proofs.</summary>
    private sealed class Bench : IQemuLauncher, IVerdictStore, IHostPlatform
    {
        private readonly IHostPlatform _real = HostPlatform.Create(TimeProvider.System);
        private readonly Dictionary<string, AcceleratorVerdict> _verdicts = [];
        private readonly bool _hangs;

        public Bench(QemuOptions options, bool hangs = false)
        {
            _hangs = hangs;
            Qemu = _real.Qemu with { Accelerators = [new Platform.HostAccelerator("kvm", null, [])] };
            var time = TimeProvider.System;
            Selector = new QemuSelector(new QemuLocator(this, options), new QemuProber(this, options, time, TestLog.Factory), new AcceleratorProver(this, this, options, time), this, this, options);
        }

        public QemuSelector Selector { get; }

        public int Boots { get; private set; }

        public IReadOnlyCollection<AcceleratorVerdict> Kept => _verdicts.Values;

        public Platform.QemuConditions Qemu { get; }

        public IProcessLauncher Launcher => _real.Launcher;

        public IProcessFinder Finder => _real.Finder;

        public Platform.Metering.IProcessMeter Meter => _real.Meter;

        public IRuntimeDirectories RuntimeDirectories => _real.RuntimeDirectories;

        public Platform.Files.IPrivateFiles Files => _real.Files;

        public StringComparer FileNames => _real.FileNames;

        /// <summary>What went wrong; null where something may be used.</summary>
        public async Task<QemuException?> TryAsync(CancellationToken cancellationToken)
        {
            try
            {
                await Selector.ProveAsync(Guest, again: false, cancellationToken);
                return null;
            }
            catch (QemuException e)
            {
                return e;
            }
        }

        public async Task<IQemuProcess> StartAsync(QemuInstallation installation, MachineSpec spec, Action<ProcessIdentity>? announce, CancellationToken cancellationToken)
        {
            Boots++;
            await Task.Delay(_hangs ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken);
            throw new QemuException(SandboxErrorCode.QemuStartFailed, "it is refused here");
        }

        public Task<IQemuProcess> AdoptAsync(ProcessIdentity identity, MachineSpec spec, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task EndStrayAsync(LocalEndpoint monitor, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AcceleratorVerdict?> FindAsync(string key, Accelerator accelerator, CancellationToken cancellationToken) => Task.FromResult(_verdicts.GetValueOrDefault($"{key} {accelerator}"));

        public Task SaveAsync(string key, AcceleratorVerdict verdict, CancellationToken cancellationToken)
        {
            _verdicts[$"{key} {verdict.Accelerator}"] = verdict;
            return Task.CompletedTask;
        }

        public void Dispose()
        {
            Selector.Dispose();
            _real.Dispose();
        }
    }
}
