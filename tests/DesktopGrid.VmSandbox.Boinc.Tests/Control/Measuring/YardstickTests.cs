using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.Measuring;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Measuring;

/// <summary>The program by which computers are compared, and the memory of what came of it.</summary>
[TestFixture]
public sealed class YardstickTests
{
    [Test]
    public async Task It_runs_here_and_tells_its_CPU_time()
    {
        var took = await new NativeYardstick(TimeProvider.System).MeasureAsync(CancellationToken.None);
        took.Should().BeGreaterThan(TimeSpan.FromMilliseconds(20)).And.BeLessThan(TimeSpan.FromSeconds(10));
    }

    [TestCase(0, 0)]
    [TestCase(-1, 5)]
    [TestCase(1, 1_000_000_000)]
    public void What_is_no_time_is_none(long seconds, long nanoseconds) => YardstickProgram.ReadOutput([.. BitConverter.GetBytes(seconds), .. BitConverter.GetBytes(nanoseconds)]).Should().BeNull();

    [Test]
    public void A_time_is_read() => YardstickProgram.ReadOutput([.. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(500_000_000L)]).Should().Be(TimeSpan.FromSeconds(1.5));

    [Test]
    public void A_factor_is_kept_for_its_key_alone()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var cache = new FactorCache(file);
            cache.Find("one").Should().BeNull();
            cache.Keep("one", new EmulationFactor(8.5, "Tcg", IsMeasured: true));
            cache.Find("one").Should().Be(new EmulationFactor(8.5, "Tcg", IsMeasured: true));
            cache.Find("other").Should().BeNull();
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void A_damaged_memory_is_no_memory() =>
        Mutations.Demand(Encoding.UTF8.GetBytes("{\"key\":\"one\",\"factor\":8.5,\"accelerator\":\"Tcg\"}"), static bytes => FactorCache.Read(bytes, "one"));
}
