using System.Diagnostics;
using System.Text;
using DesktopGrid.VmSandbox.Disks;

namespace DesktopGrid.VmSandbox.Tests.Disks;

/// <summary>The bytes of a disk, read by the standard's tables. That Linux reads them too, BulkInputTests show.</summary>
[CancelAfter(120_000)]
internal sealed class IsoWriterTests
{
    private static readonly DateTimeOffset _time = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    [Test]
    public async Task Files_of_every_length_are_where_the_directories_say()
    {
        var files = ((int[])[0, 1, 2047, 2048, 2049, 1024 * 1024, (1024 * 1024) + 1, 3_000_001]).Select(static length => Of($"f{length}", Content(length))).ToList();

        var (disk, length) = await WriteAsync(files);

        var entries = new IsoReader(disk).Read();
        entries.Should().HaveCount(files.Count);
        foreach (var file in files)
        {
            Bytes(disk, entries[file.Path]).SequenceEqual(Content((int)file.Length)).Should().BeTrue(file.Path);
        }

        length.Should().Be(disk.Length);
        (disk.Length % 4096).Should().Be(0);
    }

    [Test]
    public async Task The_same_files_at_the_same_time_give_the_same_bytes()
    {
        IsoFile[] files = [Of("a/b", Content(5000)), Of("a/c", Content(3))];

        (await WriteAsync(files)).Disk.Should().Equal((await WriteAsync(files)).Disk);
    }

    [Test]
    public async Task Names_of_every_length_and_kind_are_kept()
    {
        var names = Enumerable.Range(1, IsoRecord.MaxNameBytes).Select(static length => new string('n', length))
            .Concat(["with space", "UPPER.EXT;1", ".hidden", "日本語/ünïcödé", new string('ä', 126), "tab\tnew\nline", "'\"\\*?", "folder/" + new string('f', 253) + "/x"]);

        var (disk, _) = await WriteAsync([.. names.Select(static name => Of(name, Encoding.UTF8.GetBytes(name)))]);

        var entries = new IsoReader(disk).Read();
        foreach (var name in names)
        {
            Encoding.UTF8.GetString(Bytes(disk, entries[name])).Should().Be(name);
        }
    }

    [Test]
    public async Task Modes_and_links_are_those_of_files_that_are_put()
    {
        var (disk, _) = await WriteAsync([Of("a/b/plain", []), Of("a/c/tool", [], isExecutable: true), Of("a/d", [])]);

        var entries = new IsoReader(disk).Read();
        entries["a"].Should().BeEquivalentTo(new { Mode = 0x41F8u, Links = 4u });
        entries["a/b"].Links.Should().Be(2);
        entries["a/b/plain"].Should().BeEquivalentTo(new { Mode = 0x81A4u, Links = 1u });
        entries["a/c/tool"].Mode.Should().Be(0x81EDu);
        entries.Should().HaveCount(6);
    }

    [Test]
    public async Task Thousands_of_files_and_folders_deep_and_wide_are_all_there()
    {
        var files = Enumerable.Range(0, 5000).Select(static i => Of($"wide/{i % 50}/a name that is not so short {i}", BitConverter.GetBytes(i)))
            .Append(Of(string.Join('/', Enumerable.Range(0, 200).Select(static i => $"d{i}")) + "/leaf", [42])).ToList();

        var (disk, _) = await WriteAsync(files);

        var reader = new IsoReader(disk);
        var entries = reader.Read();
        entries.Values.Count(static entry => !entry.IsFolder).Should().Be(5001);
        entries.Values.Count(static entry => entry.IsFolder).Should().Be(51 + 200);
        (reader.VolumeSectors * 2048).Should().Be(disk.Length);
        for (var i = 0; i < 5000; i += 777)
        {
            BitConverter.ToInt32(Bytes(disk, entries[files[i].Path])).Should().Be(i);
        }
    }

    [Test]
    public async Task A_file_of_more_than_4_GiB_has_several_parts_one_behind_the_other()
    {
        const long length = (2 * IsoRecord.MaxSection) + 5;
        var layout = new IsoLayout([new IsoFile("huge", length, false, static _ => throw new InvalidOperationException()), Of("after", [1])]);
        layout.Sectors.Should().BeGreaterThan(length / 2048);

        // Its directory is written before its first byte, which never comes.
        using var target = new MemoryStream();
        var writer = new IsoWriter(target);
        await FluentActions.Awaiting(() => writer.WriteAsync([new IsoFile("huge", length, false, static _ => throw new InvalidOperationException()), Of("after", [1])], _time, null, CancellationToken.None)).Should().ThrowAsync<InvalidOperationException>();

        var entries = new IsoReader(target.ToArray()).Read();
        var huge = entries["huge"];
        huge.Length.Should().Be(length);
        huge.Extents.Should().HaveCount(3);
        huge.Extents[1].Sector.Should().Be(huge.Extents[0].Sector + (IsoRecord.MaxSection / 2048));
        huge.Extents[2].Should().Be((huge.Extents[1].Sector + (IsoRecord.MaxSection / 2048), 5));
        entries["after"].Extents[0].Sector.Should().Be(huge.Extents[2].Sector + 1);
    }

    /// <summary>Each of them names the folder above and how many folders that has: counted anew for each, this would take many times as long.</summary>
    [Test]
    public async Task As_many_folders_as_a_disk_may_have_take_no_longer_beside_each_other_than_in_groups()
    {
        var inGroups = await TimeAsync(static number => $"{number % 250}/{number}/f");
        var besideEachOther = await TimeAsync(static number => $"{number}/f");

        besideEachOther.Should().BeLessThan((4 * inGroups) + TimeSpan.FromSeconds(1));

        static async Task<TimeSpan> TimeAsync(Func<int, string> path)
        {
            var files = Enumerable.Range(0, 65_000).Select(number => new IsoFile(path(number), 0, false, static _ => Task.FromResult(Stream.Null))).ToList();
            var clock = Stopwatch.StartNew();
            await new IsoWriter(Stream.Null).WriteAsync(files, _time, null, CancellationToken.None);
            await TestContext.Out.WriteLineAsync($"{clock.Elapsed.TotalSeconds:0.00} s");
            return clock.Elapsed;
        }
    }

    [TestCase(99)]
    [TestCase(101)]
    [TestCase(0)]
    public async Task A_source_that_is_not_as_long_as_it_said_is_one_clear_error(int real)
    {
        var file = new IsoFile("f", 100, false, _ => Task.FromResult<Stream>(new MemoryStream(new byte[real])));

        var failure = (await FluentActions.Awaiting(() => WriteAsync([Of("before", Content(10)), file])).Should().ThrowAsync<IsoSourceException>()).Which;

        failure.File.Should().Be(file);
        failure.Message.Should().Contain("more or fewer bytes");
    }

    [Test]
    public async Task A_source_that_fails_is_told_apart_from_the_disk()
    {
        var failure = (await FluentActions.Awaiting(() => WriteAsync([new IsoFile("f", 100, false, static _ => Task.FromResult<Stream>(new FaultyStream()))])).Should().ThrowAsync<IsoSourceException>()).Which;

        failure.Message.Should().Be("The cable is out.");
    }

    [Test]
    public async Task Progress_is_told_of_each_file_to_its_end()
    {
        var told = new List<(string, long)>();
        using var target = new MemoryStream();
        var writer = new IsoWriter(target);

        await writer.WriteAsync([Of("a", Content(1_500_000)), Of("b", Content(1))], _time, (file, bytes) => told.Add((file.Path, bytes)), CancellationToken.None);

        told.Should().Equal(("a", 1 << 20), ("a", 1_500_000), ("b", 1));
    }

    private static IsoFile Of(string path, byte[] content, bool isExecutable = false) => new(path, content.Length, isExecutable, _ => Task.FromResult<Stream>(new MemoryStream(content)));

    private static byte[] Content(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(((i * 31) ^ (i >> 8)) + length))];

    private static ReadOnlySpan<byte> Bytes(byte[] disk, IsoEntry entry) => disk.AsSpan((int)entry.Extents.Single().Sector * 2048 % (disk.Length + 1), (int)entry.Length);

    private static async Task<(byte[] Disk, long Length)> WriteAsync(IReadOnlyList<IsoFile> files)
    {
        using var target = new MemoryStream();
        var writer = new IsoWriter(target);
        var length = await writer.WriteAsync(files, _time, null, CancellationToken.None);
        return (target.ToArray(), length);
    }

    private sealed class FaultyStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("The cable is out.");
    }
}
