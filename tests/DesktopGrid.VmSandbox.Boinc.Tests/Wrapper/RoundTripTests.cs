using System.Text.Json;
using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Control.Page;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Options;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Wrapper;

/// <summary>What the checkbox writes, the wrapper reads; and the other way about.</summary>
public sealed class RoundTripTests
{
    private TempSlot _slot = null!;

    [SetUp]
    public void Make() => _slot = new TempSlot();

    [TearDown]
    public void Remove() => _slot.Dispose();

    [TestCase("app_1", null, true)]
    [TestCase("app_1", null, false)]
    [TestCase("run & <go>.sh", null, null)]
    [TestCase(null, "job.xml", null)]
    public void Options(string? payload, string? job, bool? usesApi)
    {
        var written = new VersionOptions { FileName = "vmsandbox_a_100.xml", Payload = payload, Job = job, UsesApi = usesApi };
        File.WriteAllBytes(Path.Combine(_slot.Slot, SlotFiles.Options), written.ToBytes("/opt/Q & A/qemu-system-x86_64", "/data/é/guest"));

        var read = WrapperOptionsReader.Read(new VersionFiles(_slot.Slot, null), []);

        read.Should().BeEquivalentTo(new WrapperOptions { Payload = payload, Job = job, HasApi = usesApi, Qemu = "/opt/Q & A/qemu-system-x86_64", GuestImage = "/data/é/guest" });
    }

    [Test]
    public void A_word_is_no_silent_no()
    {
        _slot.Put(SlotFiles.Options, "<vmsandbox><api>true</api></vmsandbox>");
        FluentActions.Invoking(() => WrapperOptionsReader.Read(new VersionFiles(_slot.Slot, null), [])).Should().Throw<BoincException>().WithMessage("vmsandbox.xml has an <api> that is neither 1 nor 0: \"true\".*");
    }

    [Test]
    public void A_status()
    {
        var written = new TaskStatusFile
        {
            Result = "wu_1_0",
            Project = "example.org",
            Machine = "7a1493a17c4c",
            State = "Running",
            FractionDone = 0.25,
            CpuSeconds = 1.5,
            ElapsedSeconds = 2.5,
            LastCheckpoint = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            MemoryBytes = 167_952_384,
            Accelerator = "tcg",
            Console = ["step 1", "step 2 <&> é"],
        };

        var read = StatusText.Parse(JsonSerializer.SerializeToUtf8Bytes(written, WrapperJsonContext.Default.TaskStatusFile));

        read.Should().BeEquivalentTo(written, static each => each.ExcludingMissingMembers());
        typeof(TaskStatusFile).GetProperties().Should().OnlyContain(static property => typeof(SandboxStatus).GetProperty(property.Name) != null, "whatever is told is shown");
    }

    [Test]
    public void The_address_of_a_page()
    {
        PageFile.Read(_slot.DataDirectory).Should().BeNull();
        File.WriteAllBytes(Path.Combine(_slot.DataDirectory, PageFile.Name), PageFile.Write("http://127.0.0.1:8080/view/a-b_c/"));
        PageFile.Read(_slot.DataDirectory).Should().Be(new Uri("http://127.0.0.1:8080/view/a-b_c/"));
    }

    [TestCase("""{"url":"http://evil.test/"}""")]
    [TestCase("""{"url":"file:///etc/passwd"}""")]
    [TestCase("""{"url":7}""")]
    [TestCase("""{"url":"\ud800"}""")]
    [TestCase("[]")]
    [TestCase("")]
    public void What_is_no_address_of_a_page(string text)
    {
        File.WriteAllText(Path.Combine(_slot.DataDirectory, PageFile.Name), text);
        PageFile.Read(_slot.DataDirectory).Should().BeNull();
    }
}
