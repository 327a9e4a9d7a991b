using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Imports.DiskFormats;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Imports.DiskFormats;

/// <summary>Partition tables, and the choice of the partition with the root file system.</summary>
public sealed class RootPartitionTests
{
    private const int Sector = 512, Mebibyte = DiskImage.Mebibyte;

    private static readonly Guid _linux = new("0FC63DAF-8483-4772-8E79-3D69D8477DE4");
    private static readonly Guid _root = new("4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709");
    private static readonly Guid _efi = new("C12A7328-F81F-11D2-BA4B-00A0C93EC93B");

    [Test]
    public void A_file_system_without_a_table_is_taken_whole() => Choose(new DiskImage(Mebibyte).Ext()).Should().Be(new DiskPartition(0, 0, Mebibyte, false));

    [Test]
    public void What_a_file_system_leaves_to_others_at_its_beginning_is_no_table() =>
        Choose(new DiskImage(Mebibyte).Ext().Mbr(0, 0x83, 9, 9)).Number.Should().Be(0);

    [Test]
    public void A_primary_partition_is_found() =>
        Choose(new DiskImage(4 * Mebibyte).Mbr(0, 0x82, 64, 64).Mbr(2, 0x83, 2048, 4096).Ext(Mebibyte)).Should().Be(new DiskPartition(3, Mebibyte, 2 * Mebibyte, false));

    [Test]
    public void A_logical_partition_is_found()
    {
        var disk = new DiskImage(4 * Mebibyte).Mbr(0, 0x05, 2048, 6000)
            .Mbr(0, 0x82, 64, 64, at: Mebibyte).Mbr(1, 0x05, 2048, 2048, at: Mebibyte)
            .Mbr(0, 0x83, 64, 1900, at: 2 * Mebibyte).Ext((2 * Mebibyte) + (64 * Sector));

        Choose(disk).Should().Be(new DiskPartition(6, (2 * Mebibyte) + (64 * Sector), 1900 * Sector, false));
    }

    [Test]
    public void A_partition_of_a_GPT_is_found() =>
        Choose(new DiskImage(4 * Mebibyte).Gpt((_efi, 64, 127), (Guid.Empty, 0, 0), (_linux, 2048, 6143)).Ext(Mebibyte)).Should().Be(new DiskPartition(3, Mebibyte, 2 * Mebibyte, false));

    [Test]
    public void Of_several_the_one_is_taken_that_the_table_calls_the_root()
    {
        var disk = new DiskImage(4 * Mebibyte).Gpt((_linux, 2048, 4095), (_root, 4096, 6143)).Ext(Mebibyte).Ext(2 * Mebibyte);

        Choose(disk).Number.Should().Be(2);
        Choose(disk, 1).Number.Should().Be(1);
        Refused(disk, 3, SandboxErrorCode.ImageUnsuitable).Should().Contain("no partition 3");
    }

    [Test]
    public void Of_several_of_the_same_kind_one_is_named()
    {
        var disk = new DiskImage(4 * Mebibyte).Mbr(0, 0x83, 2048, 2048).Mbr(1, 0x83, 4096, 2048).Ext(Mebibyte).Ext(2 * Mebibyte);

        Refused(disk, null, SandboxErrorCode.ImageUnsuitable).Should().Contain("(1, 2)");
        Choose(disk, 2).Number.Should().Be(2);
    }

    [TestCase("XFSB", 0, "xfs")]
    [TestCase("LUKS\u00ba\u00be", 0, "an encrypted volume")]
    [TestCase("LABELONE", 512, "LVM")]
    [TestCase("NTFS    ", 3, "ntfs")]
    public void A_file_system_that_no_guest_mounts_is_named(string magic, int offset, string name) =>
        Refused(new DiskImage(4 * Mebibyte).Mbr(0, 0x83, 2048, 2048).Put(Mebibyte + offset, System.Text.Encoding.Latin1.GetBytes(magic)), null, SandboxErrorCode.ImageUnsuitable).Should().Contain($"1: {name}");

    [TestCase(0x46u, "was not closed")]
    [TestCase(0x20042u, "large letters")]
    [TestCase(0x8000_0042u, "not known (80000000)")]
    public void A_file_system_that_cannot_be_mounted_for_reading_is_refused(uint incompatible, string reason) =>
        Refused(new DiskImage(Mebibyte).Ext(incompatible: incompatible), null, SandboxErrorCode.ImageRefused).Should().Contain(reason);

    [Test]
    public void A_file_system_that_is_larger_than_its_place_is_refused()
    {
        Refused(new DiskImage(Mebibyte).Ext(kibibytes: 1025), null, SandboxErrorCode.ImageMalformed).Should().Contain("larger than its place");
        Refused(new DiskImage(Mebibyte).Ext(incompatible: 0xC2).U32(1024 + 336, uint.MaxValue), null, SandboxErrorCode.ImageMalformed);
        Refused(new DiskImage(Mebibyte).Ext().U32(1024 + 24, uint.MaxValue), null, SandboxErrorCode.ImageMalformed);
    }

    private static IEnumerable<TestCaseData> Spoiled()
    {
        yield return Case("a partition outside", new DiskImage(Mebibyte).Mbr(0, 0x83, 2047, 2));
        yield return Case("a partition far outside", new DiskImage(Mebibyte).Mbr(0, 0x83, uint.MaxValue, uint.MaxValue));
        yield return Case("a partition at the table", new DiskImage(Mebibyte).Mbr(0, 0x83, 0, 100));
        yield return Case("a chain that leads nowhere", new DiskImage(Mebibyte).Mbr(0, 0x05, 100, 100));
        yield return Case("a chain without end", new DiskImage(Mebibyte).Mbr(0, 0x05, 100, 100).Mbr(1, 0x05, 0, 1, at: 100 * Sector));
        yield return Case("a GPT that is none", new DiskImage(Mebibyte).Mbr(0, 0xEE, 1, 1));
        yield return Case("a GPT with a wrong sum", new DiskImage(Mebibyte).Gpt((_linux, 100, 200)).Put(512 + 40, [1]));
        yield return Case("a GPT with a wrong entry", new DiskImage(Mebibyte).Gpt((_linux, 100, 200)).Put(1024 + 40, [1]));
        yield return Case("a GPT with a partition outside", new DiskImage(Mebibyte).Gpt((_linux, 100, 1UL << 40)));
        yield return Case("a GPT with a partition backwards", new DiskImage(Mebibyte).Gpt((_linux, 200, 100)));
    }

    [TestCaseSource(nameof(Spoiled))]
    public void A_table_that_does_not_hold_together_is_refused(object disk) => Refused((DiskImage)disk, null, SandboxErrorCode.ImageMalformed);

    private static DiskPartition Choose(DiskImage disk, int? wanted = null) => disk.With(bytes => RootPartition.Choose(bytes, wanted));

    private static string Refused(DiskImage disk, int? wanted, SandboxErrorCode code) =>
        FluentActions.Invoking(() => Choose(disk, wanted)).Should().Throw<ImageException>().Where(e => e.Code == code).Which.Message;

    private static TestCaseData Case(string name, DiskImage disk) => new TestCaseData(disk).SetArgDisplayNames(name);
}
