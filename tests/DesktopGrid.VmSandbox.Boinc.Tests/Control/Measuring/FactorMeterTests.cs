using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Boinc.Control.Measuring;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Measuring;

/// <summary>The factor, of real guests.</summary>
[TestFixture]
[CancelAfter(300_000)]
public sealed class FactorMeterTests
{
    private DirectoryInfo _folder = null!;

    [SetUp]
    public void Open() => _folder = Directory.CreateTempSubdirectory("vmsandbox-test");

    [TearDown]
    public void Close() => _folder.Delete(recursive: true);

    [Test]
    public async Task A_guest_is_measured_once_and_remembered(CancellationToken cancellationToken)
    {
        var opened = 0;
        var options = new SandboxHostOptions { StorePath = Path.Combine(_folder.FullName, "store"), GuestImage = GuestImage() };
        options.Qemu.Priority = ProcessPriority.Normal;
        var engine = new EngineFinder(options.Qemu, options.GuestImage, wrapper: "/bin/true", TimeProvider.System).Find();
        var meter = new FactorMeter(new FactorCache(Path.Combine(_folder.FullName, "factor.json")), OpenAsync, TimeProvider.System);
        var factor = await meter.FactorAsync(engine, cancellationToken);
        TestContext.Out.WriteLine($"{factor.Value} by {factor.Accelerator}");
        factor.Value.Should().BeInRange(1, 100);
        factor.IsMeasured.Should().BeTrue();
        if (factor.Accelerator == "Tcg")
        {
            factor.Value.Should().BeGreaterThan(3, "emulation is several times slower");
        }

        (await meter.FactorAsync(engine, cancellationToken)).Should().Be(factor);
        opened.Should().Be(1);

        Task<SandboxHost> OpenAsync(CancellationToken token)
        {
            opened++;
            return SandboxHost.OpenAsync(options, loggers: null, token);
        }
    }

    [Test]
    public void A_guest_image_that_is_not_there_is_named() =>
        FluentActions.Invoking(() => new EngineFinder(new QemuOptions { EmulatorPath = "/bin/true" }, Path.Combine(_folder.FullName, "none"), wrapper: "/bin/true", TimeProvider.System).Find())
            .Should().Throw<BoincException>().Which.Sentence.Should().Be($"The guest image is not at {_folder.FullName}/none.");

    /// <summary>The one that the tests are given; without, the one that this repository has made.</summary>
    private static string GuestImage()
    {
        if (Environment.GetEnvironmentVariable("VMSANDBOX_GUEST_IMAGE") is { Length: > 0 } given)
        {
            return given;
        }

        var folder = TestContext.CurrentContext.TestDirectory;
        while (!Directory.Exists(Path.Combine(folder, "artifacts/guest/tiny")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("There is no guest image: run build/guest.sh first.");
        }

        return Path.Combine(folder, "artifacts/guest/tiny");
    }
}
