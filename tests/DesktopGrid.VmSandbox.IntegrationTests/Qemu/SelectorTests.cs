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
/// hardware does not fail on command.
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
    public async Task A_qemu_is_asked_once_and_again_when_its_file_has_become_another(CancellationToken cancellationToken)
    {
        using var emulator = new Emulator("first");
        using var bench = new Bench(new QemuOptions { EmulatorPath = emulator.Path });
        var first = await bench.Selector.FindAsync(cancellationToken);
        (await bench.Selector.FindAsync(cancellationToken)).Should().BeSameAs(first);
        var forgotten = bench.Forgotten;

        emulator.Become("the second");

        var second = await bench.Selector.FindAsync(cancellationToken);
        second.BuildKey.Should().NotBe(first.BuildKey, "verdicts on the old one are not the new one's");
        (await bench.Selector.FindAsync(cancellationToken)).Should().BeSameAs(second);
        bench.Forgotten.Should().Be(forgotten + 1, "what confined the old one may not suit the new one");
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Who_asks_again_believes_nothing_of_qemu_or_of_the_tools(CancellationToken cancellationToken)
    {
        using var bench = new Bench(new QemuOptions());
        var first = await bench.Selector.FindAsync(cancellationToken);
        var forgotten = bench.Forgotten;

        (await bench.Selector.FindAgainAsync(cancellationToken)).Should().Be(first).And.NotBeSameAs(first);
        bench.Forgotten.Should().Be(forgotten + 1);
    }

    /// <summary>A QEMU that can be upgraded: a script that becomes the real one.</summary>
    private sealed class Emulator : IDisposable
    {
        private const UnixFileMode Readable = (UnixFileMode)0b111_101_101;

        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vmsandbox-qemu");

        public Emulator(string name)
        {
            // Where the host is root, a user of the machine's own must be able to read it.
            File.SetUnixFileMode(_folder.FullName, Readable);
            Become(name);
        }

        public string Path => System.IO.Path.Combine(_folder.FullName, "qemu");

        public void Become(string name)
        {
            File.WriteAllText(Path, $"#!/bin/sh\n# {name}\nexec /usr/bin/qemu-system-x86_64 \"$@\"\n");
            File.SetUnixFileMode(Path, Readable);
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }

    /// <summary>A selector on this host, as if it had KVM, and what became of its proofs.</summary>
    private sealed class Bench : IQemuLauncher, IVerdictStore, IHostPlatform, IProcessLauncher
    {
        private readonly IHostPlatform _real = HostPlatform.Create(TimeProvider.System);
        private readonly Dictionary<string, AcceleratorVerdict> _verdicts = [];

        public Bench(QemuOptions options)
        {
            Qemu = _real.Qemu with { Accelerators = [new Platform.HostAccelerator("kvm", null, [])] };
            var time = TimeProvider.System;
            Selector = new QemuSelector(new QemuLocator(this, options), new QemuProber(this, options, time, TestLog.Factory), new AcceleratorProver(this, this, options, time), this, this, options);
        }

        public QemuSelector Selector { get; }

        public int Boots { get; private set; }

        public int Forgotten { get; private set; }

        public IReadOnlyCollection<AcceleratorVerdict> Kept => _verdicts.Values;

        public Platform.QemuConditions Qemu { get; }

        public IProcessLauncher Launcher => this;

        public IProcessFinder Finder => _real.Finder;

        public Platform.Metering.IProcessMeter Meter => _real.Meter;

        public IRuntimeDirectories RuntimeDirectories => _real.RuntimeDirectories;

        public Platform.Files.IPrivateFiles Files => _real.Files;

        public string Processor => _real.Processor;

        public Platform.Memory.IRamImages? RamImages => _real.RamImages;

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

        public Task<IQemuProcess> StartAsync(QemuInstallation installation, MachineSpec spec, Action<ProcessIdentity>? announce, CancellationToken cancellationToken)
        {
            Boots++;
            throw new QemuException(SandboxErrorCode.QemuStartFailed, "it is refused here");
        }

        public Task<HostProcess> StartAsync(LaunchRequest request, CancellationToken cancellationToken) => _real.Launcher.StartAsync(request, cancellationToken);

        public Task ForgetAsync(CancellationToken cancellationToken)
        {
            Forgotten++;
            return _real.Launcher.ForgetAsync(cancellationToken);
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
