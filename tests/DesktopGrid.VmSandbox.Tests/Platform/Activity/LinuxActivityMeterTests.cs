using DesktopGrid.VmSandbox.Platform.Activity;

namespace DesktopGrid.VmSandbox.Tests.Platform.Activity;

[Platform("Linux")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LinuxActivityMeterTests
{
    private string _supplies = "";

    [SetUp]
    public void MakeFolder() => _supplies = Directory.CreateTempSubdirectory("vmsandbox-supplies-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_supplies, recursive: true);

    [Test]
    public void Waiting_for_a_disk_is_no_work_and_what_the_hypervisor_took_was_never_there()
    {
        var (busy, total) = LinuxActivityMeter.ParseProcessors("cpu  100 20 30 400 50 6 7 1000 0 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n", 100);
        busy.Should().Be(TimeSpan.FromSeconds(1.63));
        total.Should().Be(TimeSpan.FromSeconds(6.13));
    }

    [TestCase("")]
    [TestCase("cpu 1 2 3")]
    [TestCase("intr 1 2 3 4 5 6 7 8")]
    public void What_is_no_such_line_counts_nothing(string text) => LinuxActivityMeter.ParseProcessors(text, 100).Should().Be((TimeSpan.Zero, TimeSpan.Zero));

    [Test]
    public void This_computers_own_processors_are_read()
    {
        var meter = new LinuxActivityMeter(TimeProvider.System);
        var before = meter.Read();
        var until = Environment.TickCount64 + 100;
        while (Environment.TickCount64 < until)
        {
            // Work, so that there is some.
        }

        var after = meter.Read();
        after.Busy.Should().BeGreaterThan(before.Busy);
        after.Total.Should().BeGreaterThanOrEqualTo(after.Busy);
        (after.SinceInput ?? TimeSpan.Zero).Should().BeGreaterThanOrEqualTo(TimeSpan.Zero);
    }

    [Test]
    public void A_laptop_that_is_unplugged_is_on_its_battery()
    {
        Supply("AC", ("type", "Mains"), ("online", "0"));
        Supply("BAT0", ("type", "Battery"), ("status", "Discharging"));
        LinuxActivityMeter.IsOnBattery(_supplies).Should().BeTrue();
        Supply("AC", ("type", "Mains"), ("online", "1"));
        LinuxActivityMeter.IsOnBattery(_supplies).Should().BeFalse("it is plugged in, whatever the battery says");
    }

    [Test]
    public void A_mouses_battery_is_not_the_computers()
    {
        Supply("mouse", ("type", "Battery"), ("status", "Discharging"), ("scope", "Device"));
        LinuxActivityMeter.IsOnBattery(_supplies).Should().BeNull();
    }

    [Test]
    public void Where_there_are_no_supplies_nothing_is_known()
    {
        LinuxActivityMeter.IsOnBattery(_supplies).Should().BeNull();
        LinuxActivityMeter.IsOnBattery(Path.Combine(_supplies, "none")).Should().BeNull();
    }

    private void Supply(string name, params (string Name, string Text)[] files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_supplies, name)).FullName;
        foreach (var (file, text) in files)
        {
            File.WriteAllText(Path.Combine(folder, file), text + "\n");
        }
    }
}
