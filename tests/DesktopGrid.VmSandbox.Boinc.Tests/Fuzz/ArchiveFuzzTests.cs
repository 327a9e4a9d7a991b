using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Guests;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Setup;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Fuzz;

/// <summary>Archives that a work unit or an app version brings: what is damaged is refused in our own words, and nothing of it lies where it should not.</summary>
public sealed class ArchiveFuzzTests
{
    private const long Most = 100_000;

    private TempSlot _slot = null!;

    [SetUp]
    public void Make() => _slot = new TempSlot();

    [TearDown]
    public void Remove() => _slot.Dispose();

    [Test]
    public void Archives_of_inputs() => Mutations.Demand(Zip(("a/b", 300), ("c", 20), ("d/", 0)), bytes => Unzip(bytes));

    [Test]
    public void Archives_of_inputs_that_lie_about_a_length()
    {
        var good = Zip(("a", 300));
        // The length of what is inside, in the directory at the end: 24 bytes behind its signature.
        var at = good.AsSpan().IndexOf("PK\u0001\u0002"u8) + 24;
        foreach (var length in (uint[])[0, 1, 299, 301, 100_001, int.MaxValue, uint.MaxValue])
        {
            byte[] bytes = [.. good];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), length);
            try
            {
                Unzip(bytes).Should().BeLessThanOrEqualTo(length, "more than it says is refused");
            }
            catch (BoincException e)
            {
                e.Code.Should().Be(SandboxErrorCode.BoincFileMalformed);
            }
        }
    }

    [Test]
    public void An_archive_of_inputs_that_is_larger_than_the_work_unit_may_be_is_refused()
    {
        var unzip = () => Unzip(Zip(("a", 60_000), ("b", 60_000)));
        unzip.Should().Throw<BoincException>().WithMessage("*unpacks to more than 100000 bytes*");
    }

    [TestCase("../a")]
    [TestCase("/a")]
    [TestCase("a/../../b")]
    [TestCase("..\\a")]
    [TestCase("a//b")]
    public void An_archive_of_inputs_reaches_nothing_but_the_slot(string name)
    {
        var unzip = () => Unzip(Zip((name, 3)));
        unzip.Should().Throw<BoincException>().Which.Code.Should().Be(SandboxErrorCode.BoincFileMalformed);
    }

    [Test]
    public void Archives_of_the_engine() => Mutations.Demand(Gzip(Tar()), Unpack);

    [Test]
    public void Archives_of_the_engine_under_a_good_compression() => Mutations.Demand(Tar(), bytes => Unpack(Gzip(bytes)));

    [TestCase("../evil", null)]
    [TestCase("/tmp/vmsandbox-evil", null)]
    [TestCase("link", "../../evil")]
    [TestCase("link", "/etc/passwd")]
    public void An_archive_of_the_engine_that_leads_elsewhere_is_refused_for_good(string name, string? link)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            writer.WriteEntry(link is null ? new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream([1]) } : new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = link });
        }

        var unpack = () => Unpack(Gzip(tar.ToArray()));
        var refusal = unpack.Should().Throw<BoincException>().Which;
        (refusal.Code, refusal.IsTransient).Should().Be((SandboxErrorCode.BoincFileMalformed, false), "it is the same tomorrow");
    }

    /// <returns>How many bytes came into the guest.</returns>
    private long Unzip(byte[] bytes)
    {
        var path = Path.Combine(_slot.Project, "in.zip");
        File.WriteAllBytes(path, bytes);
        var session = new MemorySession();
        var plan = new TaskPlan { Tasks = [], Programs = [], VirtualCpus = 1, UnzipInputs = ["in.zip"] };
        try
        {
            new GuestSlot(session, Most).PutAsync(plan, [new SlotFile("in.zip", path, IsOutput: false, IsExecutable: false)], CancellationToken.None).GetAwaiter().GetResult();
            return session.Bytes;
        }
        finally
        {
            session.Bytes.Should().BeLessThanOrEqualTo(Most);
            session.Files.Keys.Where(static name => RelativePath.Fault(name) is not null).Should().BeEmpty();
        }
    }

    private void Unpack(byte[] bytes)
    {
        var path = Path.Combine(_slot.Project, "engine.tar.gz");
        var parts = Path.Combine(_slot.Project, "vmsandbox", "parts");
        File.WriteAllBytes(path, bytes);
        try
        {
            Directory.Exists(new UnpackedParts(parts, static _ => { }).UnpackAsync(path, CancellationToken.None).GetAwaiter().GetResult()).Should().BeTrue();
        }
        finally
        {
            Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(parts)!).Should().Equal(parts);
            Directory.EnumerateFileSystemEntries(parts, ".*").Should().BeEmpty("what is not whole is removed");
        }
    }

    private static byte[] Zip(params (string Name, int Length)[] files)
    {
        using var whole = new MemoryStream();
        using (var archive = new ZipArchive(whole, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, length) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(new byte[length]);
            }
        }

        return whole.ToArray();
    }

    private static byte[] Tar()
    {
        using var whole = new MemoryStream();
        using (var writer = new TarWriter(whole, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "bin/"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "bin/qemu-system-x86_64") { DataStream = new MemoryStream(new byte[700]), Mode = (UnixFileMode)Convert.ToInt32("755", 8) });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "qemu") { LinkName = "bin/qemu-system-x86_64" });
            writer.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, new string('l', 150)) { DataStream = new MemoryStream([1, 2, 3]) });
        }

        return whole.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var whole = new MemoryStream();
        using (var gzip = new GZipStream(whole, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return whole.ToArray();
    }
}
