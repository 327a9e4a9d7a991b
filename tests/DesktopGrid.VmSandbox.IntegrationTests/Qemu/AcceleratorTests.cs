using System.Diagnostics;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qemu.Discovery;
using DesktopGrid.VmSandbox.Qemu.Launching;
using Microsoft.Data.Sqlite;

namespace DesktopGrid.VmSandbox.IntegrationTests.Qemu;

/// <summary>An accelerator counts only when a guest has booted under it.</summary>
internal sealed class AcceleratorTests : StoreFixture
{
    [Test]
    [CancelAfter(180_000)]
    public async Task Hardware_that_is_demanded_is_used_where_it_is_proven_and_its_lack_is_told_within_the_bound_elsewhere(CancellationToken cancellationToken)
    {
        await using var host = await Store.OpenHostAsync(static options =>
        {
            options.Qemu.Accelerator = null;
            options.Qemu.RequireHardware = true;
            options.Qemu.ProofTimeout = TimeSpan.FromSeconds(5);
        });
        var clock = Stopwatch.StartNew();
        try
        {
            var result = await host.RunAsync(TestJobs.Shell("true"), cancellationToken);
            result.Assurance.Should().Be(AssuranceLevel.Hardware);
        }
        catch (JobException e)
        {
            // Some hosts have no virtualization, and some only pretend to: /dev/kvm opens there, and the guest dies or hangs.
            (e.Code, e.Fate, e.Step).Should().Be((SandboxErrorCode.AcceleratorUnavailable, TaskFate.NeverStarted, "start.prove"));
            e.Message.Should().Contain("Kvm: ");
            clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(60));
        }
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_verdict_is_remembered_and_asked_for_again_by_the_doctor(CancellationToken cancellationToken)
    {
        await RunAsync(cancellationToken);
        var first = Verdicts();
        if (first.Count == 0)
        {
            Assert.Ignore("This host has no device of a hardware accelerator, or no proof by it ended in time, so that there is nothing to remember.");
        }

        await RunAsync(cancellationToken);
        Verdicts().Should().Equal(first, "a second host process on the store does not prove again");

        await using var host = await Store.OpenHostAsync(static options => options.Qemu.Accelerator = null);
        await host.DiagnoseAsync(cancellationToken);
        Verdicts().Should().NotEqual(first, "the doctor believes nothing that he has not just seen");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_guest_that_never_reaches_userspace_proves_nothing_and_the_bound_is_kept(CancellationToken cancellationToken)
    {
        using var image = AlteredImage.ThatHangsAtBoot();
        var clock = Stopwatch.StartNew();

        var verdict = await ProveAsync(image.Folder, Accelerator.Tcg, TimeSpan.FromSeconds(2), cancellationToken);

        verdict.Should().Be(new AcceleratorVerdict(Accelerator.Tcg, false, "no guest reached userspace within 2 s"));
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(40));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_guest_that_panics_proves_nothing(CancellationToken cancellationToken)
    {
        using var image = AlteredImage.ThatPanicsAtBoot();

        (await ProveAsync(image.Folder, Accelerator.Tcg, TimeSpan.FromSeconds(50), cancellationToken)).Should().Be(new AcceleratorVerdict(Accelerator.Tcg, false, "the guest ended before it reached userspace"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_guest_that_reaches_userspace_proves_its_accelerator(CancellationToken cancellationToken)
    {
        using var image = AlteredImage.With(static _ => { });

        (await ProveAsync(image.Folder, Accelerator.Tcg, TimeSpan.FromSeconds(50), cancellationToken)).Should().Match<AcceleratorVerdict>(static verdict => verdict.IsProven && verdict.Reason.Contains("userspace in"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task An_accelerator_that_qemu_does_not_have_is_refused_with_qemu_s_own_words(CancellationToken cancellationToken)
    {
        using var image = AlteredImage.With(static _ => { });

        (await ProveAsync(image.Folder, Accelerator.Hvf, TimeSpan.FromSeconds(20), cancellationToken)).Should().Match<AcceleratorVerdict>(static verdict => !verdict.IsProven && verdict.Reason.Contains("hvf"));
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var host = await Store.OpenHostAsync(static options => options.Qemu.Accelerator = null);
        (await host.RunAsync(TestJobs.Shell("exit 2"), cancellationToken)).ExitCode.Should().Be(2);
    }

    /// <summary>With the image's own kernel, outside of any store.</summary>
    private async Task<AcceleratorVerdict> ProveAsync(string image, Accelerator accelerator, TimeSpan bound, CancellationToken cancellationToken)
    {
        var (time, options) = (TimeProvider.System, new QemuOptions { ProofTimeout = bound, Priority = Platform.Processes.ProcessPriority.Normal });
        await using var host = await Store.OpenHostAsync(options => options.GuestImage = image);
        var id = await host.Machines.CreateAsync(new DesktopGrid.VmSandbox.Vms.VmOptions(), cancellationToken);
        await host.Machines.DestroyAsync(id, cancellationToken);
        var manifest = Images.ImageManifestReader.Read(image);
        var folder = Path.Combine(Store.StorePath, "images", manifest.Id);
        using var platform = HostPlatform.Create(time);
        var launcher = new QemuLauncher(platform, options, time, TestLog.Factory);
        var (path, foundBy) = new QemuLocator(platform, options).Find();
        var installation = await new QemuProber(platform, options, time, TestLog.Factory).ProbeAsync(path, foundBy, cancellationToken);
        var guest = new ProvingGuest(Path.Combine(folder, "vmlinux"), Path.Combine(folder, "initrd"), manifest.Manifest.KernelCommandLine);
        return await new AcceleratorProver(platform, launcher, options, time).ProveAsync(installation, guest, accelerator, cancellationToken);
    }

    private List<(string Accelerator, long At)> Verdicts()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Store.StorePath, "catalog.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT accelerator, at FROM verdicts ORDER BY accelerator";
        using var reader = command.ExecuteReader();
        var rows = new List<(string, long)>();
        while (reader.Read())
        {
            rows.Add((reader.GetString(0), reader.GetInt64(1)));
        }

        return rows;
    }
}
