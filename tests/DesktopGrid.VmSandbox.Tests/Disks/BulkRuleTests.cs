using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Disks;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Tests.Disks;

internal sealed class BulkRuleTests
{
    [TestCase(1, 1L << 20, false)]
    [TestCase(1, (1L << 20) + 1, true)]
    [TestCase(32, 10L, false)]
    [TestCase(33, 0L, true)]
    [TestCase(0, 0L, false)]
    public void Many_or_large_inputs_go_by_disk(int count, long length, bool byDisk) =>
        BulkRule.Choose([.. Enumerable.Range(0, count).Select(i => Of($"f{i}", length))]).Should().HaveCount(byDisk ? count : 0);

    [Test]
    public void All_go_by_disk_or_none_and_small_ones_count_together() => BulkRule.Choose([Of("a", 600_000), Of("b", 600_000), Of("c", 0)]).Should().HaveCount(3);

    [Test]
    public void What_the_disk_cannot_hold_is_put()
    {
        var fits = Of(new string('n', 253) + "/" + new string('ä', 126), 1);

        BulkRule.Choose([fits, Of(new string('n', 254), 1), Of("folder/" + new string('ä', 127), 1), Of("huge", BulkRule.LargestFile + 1), Of("large", BulkRule.LargestFile)])
            .Should().BeEquivalentTo([fits, Of("large", BulkRule.LargestFile)], static options => options.Including(static file => file.Path));
    }

    [Test]
    public void Together_they_stay_below_what_the_guest_can_address()
    {
        var chosen = BulkRule.Choose([.. Enumerable.Range(0, 10).Select(static i => Of($"f{i}", BulkRule.LargestFile))]);

        chosen.Sum(static file => file.Length).Should().BeLessThanOrEqualTo(BulkRule.LargestInput).And.BeGreaterThan(0);
        new IsoLayout(chosen).Sectors.Should().BeLessThan(MachineSpec.PlaceholderLength / 2048);
    }

    [Test]
    public void A_disk_of_too_many_folders_is_never_planned()
    {
        var chosen = BulkRule.Choose([.. Enumerable.Range(0, 70_000).Select(static i => Of($"d{i}/f", 1))]);

        chosen.Count.Should().Be(65_534);
        new IsoLayout(chosen).Folders.Count.Should().Be(IsoLayout.MaxFolders);
    }

    [TestCase(0, 0L, 4096L)]
    [TestCase(1, 4096L - 16 - 24 - 16, 4096L)]
    [TestCase(1, 4096L - 16 - 24 - 15, 8192L)]
    [TestCase(1, 1L << 44, MachineSpec.PlaceholderLength)]
    public void The_output_disk_is_the_limit_and_what_the_stream_needs(int files, long bytes, long length)
    {
        BulkRule.OutputLength(files, bytes).Should().Be(length);
        (length % CollectedFormat.Alignment).Should().Be(0);
    }

    private static IsoFile Of(string path, long length) => new(path, length, false, static _ => throw new InvalidOperationException());
}
