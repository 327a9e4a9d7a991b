using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Imports.DiskFormats;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Tests.Images;

namespace DesktopGrid.VmSandbox.Tests.Imports.DiskFormats;

/// <summary>Headers of disks: the good ones are read, and whatever leads out of the file or claims absurd things is refused. That the good ones are good by QEMU's word, DiskImportTests show.</summary>
public sealed class DiskHeaderTests
{
    private const int Size = 8 * DiskImage.Mebibyte;

    private static IEnumerable<TestCaseData> Spoiled()
    {
        yield return Case("VDI: version", DiskImage.Vdi().U32(0x44, 0x20001), SandboxErrorCode.ImageMalformed);
        yield return Case("VDI: difference", DiskImage.Vdi().U32(0x4C, 4), SandboxErrorCode.ImageRefused);
        yield return Case("VDI: parent", DiskImage.Vdi().Put(0x1B8, [1]), SandboxErrorCode.ImageRefused);
        yield return Case("VDI: link", DiskImage.Vdi().Put(0x1A8, [1]), SandboxErrorCode.ImageRefused);
        yield return Case("VDI: sector", DiskImage.Vdi().U32(0x168, 4096), SandboxErrorCode.ImageMalformed);
        yield return Case("VDI: block", DiskImage.Vdi().U32(0x178, 1 << 30), SandboxErrorCode.ImageMalformed);
        yield return Case("VDI: larger than its blocks", DiskImage.Vdi().U64(0x170, 1UL << 40), SandboxErrorCode.ImageMalformed);
        yield return Case("VDI: endless", DiskImage.Vdi().U64(0x170, ulong.MaxValue).U32(0x180, uint.MaxValue), SandboxErrorCode.ImageMalformed);
        yield return Case("VDI: empty", DiskImage.Vdi().U64(0x170, 0), SandboxErrorCode.ImageRefused);
        yield return Case("VDI: map outside", DiskImage.Vdi().U32(0x154, 0xFFFFFE00), SandboxErrorCode.ImageMalformed);
        yield return Case("VDI: cut", DiskImage.Vdi().Cut(0x150), SandboxErrorCode.ImageMalformed);
        yield return Case("VMDK: version", DiskImage.Vmdk().U32(4, 9), SandboxErrorCode.ImageMalformed);
        yield return Case("VMDK: no size, which sends QEMU to its text", DiskImage.Vmdk().U64(12, 0), SandboxErrorCode.ImageRefused);
        yield return Case("VMDK: no text", DiskImage.Vmdk().U64(28, 0), SandboxErrorCode.ImageRefused);
        yield return Case("VMDK: text outside", DiskImage.Vmdk().U64(28, 1UL << 60), SandboxErrorCode.ImageMalformed);
        yield return Case("VMDK: endless text", DiskImage.Vmdk().U64(36, 1UL << 60), SandboxErrorCode.ImageMalformed);
        yield return Case("VMDK: endless", DiskImage.Vmdk().U64(12, 1UL << 55), SandboxErrorCode.ImageMalformed);
        yield return Case("VMDK: grain", DiskImage.Vmdk().U64(20, 0), SandboxErrorCode.ImageMalformed);
        yield return Case("VMDK: another file", DiskImage.Vmdk("createType=\"monolithicFlat\"\nRW 1 FLAT \"/etc/passwd\" 0"), SandboxErrorCode.ImageRefused);
        yield return Case("VMDK: a part", DiskImage.Vmdk("createType=\"twoGbMaxExtentSparse\"\n"), SandboxErrorCode.ImageRefused);
        yield return Case("VMDK: two forms", DiskImage.Vmdk("createType=\"monolithicSparse\"\ncreateType=\"vmfs\"\n"), SandboxErrorCode.ImageRefused);
        yield return Case("VMDK: a parent", DiskImage.Vmdk("createType=\"monolithicSparse\"\nparentCID=12345678\n"), SandboxErrorCode.ImageRefused);
        yield return Case("VMDK: a parent's name behind the text's end", DiskImage.Vmdk().U64(36, 1).Put(512 * 19, "parentFileNameHint=\"/etc/passwd\""u8), SandboxErrorCode.ImageRefused);
        yield return Case("VMDK: no second header", DiskImage.Vmdk().U64(56, ulong.MaxValue), SandboxErrorCode.ImageMalformed);
        yield return Case("VMDK: a second header that contradicts", Stream(Size / 512 * 2), SandboxErrorCode.ImageMalformed);
        yield return Case("VMDK: a second header without size", Stream(0), SandboxErrorCode.ImageRefused);
        yield return Case("VHDX: sums", DiskImage.Vhdx().U32((64 << 10) + 4, 1).U32((128 << 10) + 4, 1), SandboxErrorCode.ImageMalformed);
        yield return Case("VHDX: open log", DiskImage.Vhdx().Put((128 << 10) + 48, [1]).Sum(), SandboxErrorCode.ImageRefused);
        yield return Case("VHDX: version", DiskImage.Vhdx().U16((128 << 10) + 66, 2).Sum(), SandboxErrorCode.ImageMalformed);
        yield return Case("VHDX: regions", DiskImage.Vhdx().U32((192 << 10) + 4, 1), SandboxErrorCode.ImageMalformed);
        yield return Case("VHDX: too many regions", DiskImage.Vhdx().U32((192 << 10) + 8, 3000).Sum(), SandboxErrorCode.ImageMalformed);
        yield return Case("VHDX: a region outside", DiskImage.Vhdx().U64((192 << 10) + 32, 1UL << 62).Sum(), SandboxErrorCode.ImageMalformed);
        yield return Case("VHDX: no metadata", DiskImage.Vhdx().Put((192 << 10) + 16, new byte[16]).Sum(), SandboxErrorCode.ImageMalformed);
        yield return Case("VHDX: a parent", DiskImage.Vhdx().U32((2 * DiskImage.Mebibyte) + (64 << 10) + 4, 2), SandboxErrorCode.ImageRefused);
        yield return Case("VHDX: a parent's place", DiskImage.Vhdx().Put((2 * DiskImage.Mebibyte) + 96, new Guid("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C").ToByteArray()), SandboxErrorCode.ImageRefused);
        yield return Case("VHDX: large sectors", DiskImage.Vhdx().U32((2 * DiskImage.Mebibyte) + (64 << 10) + 16, 4096), SandboxErrorCode.ImageMalformed);
        yield return Case("VHDX: endless", DiskImage.Vhdx().U64((2 * DiskImage.Mebibyte) + (64 << 10) + 8, 1UL << 50), SandboxErrorCode.ImageRefused);
        yield return Case("VHDX: no size", DiskImage.Vhdx().U16((2 * DiskImage.Mebibyte) + 10, 1), SandboxErrorCode.ImageMalformed);
        yield return Case("qcow2: over another", new DiskImage(DiskImage.Mebibyte).Put(0, Qcow2Bytes.Overlay().Bytes), SandboxErrorCode.ImageRefused);
        yield return Case("qcow2: spoiled", new DiskImage(DiskImage.Mebibyte).Put(0, Qcow2Bytes.Base().Bytes).Put(7, [9]), SandboxErrorCode.ImageMalformed);
        yield return Case("VMDK as a text", new DiskImage(DiskImage.Mebibyte).Put(0, "# Disk DescriptorFile\nversion=1\nRW 1 FLAT \"/etc/passwd\" 0"u8), SandboxErrorCode.ImageUnsuitable);
        yield return Case("VMDK of the oldest form", new DiskImage(DiskImage.Mebibyte).Put(0, "COWD"u8), SandboxErrorCode.ImageUnsuitable);
        yield return Case("VHD", new DiskImage(DiskImage.Mebibyte).Put(DiskImage.Mebibyte - 512, "conectix"u8), SandboxErrorCode.ImageUnsuitable);
    }

    [Test]
    public void Good_headers_are_read()
    {
        DiskImage.Vdi().Header().Should().Be(new DiskHeader("vdi", Size));
        DiskImage.Vmdk().Header().Should().Be(new DiskHeader("vmdk", Size));
        Stream(Size / 512).Header().Should().Be(new DiskHeader("vmdk", Size));
        DiskImage.Vhdx().Header().Should().Be(new DiskHeader("vhdx", Size));
        new DiskImage(DiskImage.Mebibyte).Put(0, Qcow2Bytes.Base().Bytes).Header().Should().Be(new DiskHeader("qcow2", 1 << 30));
        new DiskImage(DiskImage.Mebibyte).Ext().Header().Should().Be(new DiskHeader("raw", DiskImage.Mebibyte));
        new DiskImage(DiskImage.Mebibyte).Mbr(0, 0x83, 1, 100).Header().Should().Be(new DiskHeader("raw", DiskImage.Mebibyte));
    }

    [Test]
    public void What_is_no_disk_is_none()
    {
        new DiskImage(0).Header().Should().BeNull();
        new DiskImage(511).Header().Should().BeNull();
        new DiskImage(DiskImage.Mebibyte).Header().Should().BeNull();
    }

    [TestCaseSource(nameof(Spoiled))]
    public void A_header_that_leads_out_or_claims_absurd_things_is_refused(object disk, SandboxErrorCode code)
    {
        var failure = FluentActions.Invoking(() => ((DiskImage)disk).Header()).Should().Throw<ImageException>().Which;

        failure.Code.Should().Be(code);
        failure.Message.Should().NotContainAny("\n", "\0");
    }

    /// <summary>A disk whose header stands at its end once more.</summary>
    private static DiskImage Stream(int sectors)
    {
        var disk = DiskImage.Vmdk("createType=\"streamOptimized\"\n").U64(56, ulong.MaxValue);
        var footer = disk.Bytes[..512];
        disk.Put(disk.Bytes.Length - 1024, footer);
        return disk.U64(disk.Bytes.Length - 1024 + 56, 26).U64(disk.Bytes.Length - 1024 + 12, (ulong)sectors);
    }

    private static TestCaseData Case(string name, DiskImage disk, SandboxErrorCode code) => new TestCaseData(disk, code).SetArgDisplayNames(name);
}
