using System.Buffers.Binary;
using System.Globalization;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Tests.Support;

namespace DesktopGrid.VmSandbox.Tests.Images;

public sealed class Qcow2SnapshotsTests
{
    private const int Table = 4 * 65536, Entry = 48;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new TemporaryFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void A_new_overlay_has_none() => Qcow2Snapshots.Names(Qcow2Bytes.Overlay().WriteTo(_folder.File("a"))).Should().BeEmpty();

    [TestCase("compat=1.1")]
    [TestCase("compat=0.10")]
    public void What_QEMU_s_own_tool_keeps_is_found(string option)
    {
        var tool = Host.RequireTool("qemu-img");
        Host.Run(tool, "create", "-q", "-f", "qcow2", "-o", option, _folder.File("a"), "64M");
        var names = Enumerable.Range(1, 20).Select(static number => string.Create(CultureInfo.InvariantCulture, $"cp-{new string('n', number)}")).ToList();
        names.ForEach(name => Host.Run(tool, "snapshot", "-q", "-c", name, _folder.File("a")));

        Qcow2Snapshots.Names(_folder.File("a")).Should().Equal(names);
        Host.Run(tool, "snapshot", "-q", "-d", names[3], _folder.File("a"));
        Qcow2Snapshots.Names(_folder.File("a")).Should().Equal(names.Where((_, number) => number != 3));
    }

    /// <summary>What a hostile QEMU may have written: a table that leads out of the file.</summary>
    [TestCase(1u, ulong.MaxValue, 0u, 0, 0, Description = "a table behind every file")]
    [TestCase(1u, (ulong)Table + Entry, 0u, 0, 0, Description = "a table at the file's end")]
    [TestCase(2u, (ulong)Table, 0u, 0, 8, Description = "more entries than there are")]
    [TestCase(1u, (ulong)Table, uint.MaxValue, 0, 0, Description = "extra data of 4 GiB")]
    [TestCase(1u, (ulong)Table, 0u, 65535, 0, Description = "a long id")]
    [TestCase(1u, (ulong)Table, 0u, 0, 65535, Description = "a long name")]
    public void A_table_that_leads_out_of_the_file_is_refused(uint count, ulong offset, uint extra, int id, int name)
    {
        var path = Qcow2Bytes.Overlay().U32(Qcow2Bytes.Snapshots, count).U64(Qcow2Bytes.Snapshots + 4, offset).WriteTo(_folder.File("a"));
        var entry = new byte[Entry];
        BinaryPrimitives.WriteUInt16BigEndian(entry.AsSpan(12), (ushort)id);
        BinaryPrimitives.WriteUInt16BigEndian(entry.AsSpan(14), (ushort)name);
        BinaryPrimitives.WriteUInt32BigEndian(entry.AsSpan(36), extra);
        using (var file = new FileStream(path, FileMode.Append))
        {
            file.Write(entry);
        }

        FluentActions.Invoking(() => Qcow2Snapshots.Names(path)).Should().Throw<ImageException>().Which.Code.Should().Be(SandboxErrorCode.ImageMalformed);
    }
}
