using System.IO.Compression;
using System.Text;
using DesktopGrid.VmSandbox.Imports.DiskFormats;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Tests.Imports;
using DesktopGrid.VmSandbox.Tests.Imports.DiskFormats;
using DesktopGrid.VmSandbox.Tests.Imports.Oci;

namespace DesktopGrid.VmSandbox.Tests.Fuzzing;

/// <summary>
/// Whatever is to be imported, it is taken or refused by the library's own exception, soon, and a refusal leaves nothing. A failure names the seed
/// and the round: the same two give the same bytes again.
/// </summary>
[CancelAfter(1_200_000)]
internal sealed class ImportFuzzTests
{
    private static readonly byte[] _archive = new TarBytes().Folder("etc").File("etc/passwd", "root").Link("lib", "usr/lib").Program("usr/lib/tool").HardLink("bin/tool", "usr/lib/tool")
        .Pax(("path", "a/long/name"), ("mtime", "1700000000.5"), ("size", "3")).File("x", "abc").Entry('L', "././@LongLink", "another/long/name\0"u8.ToArray()).File("y").Whole();

    [TestCase(11, 400)]
    [TestCase(12, 20_000, Category = "Long")]
    public Task Archives(int seed, int rounds, CancellationToken cancellationToken) => HoldAsync(seed, rounds, "a.tar", [_archive, new TarBytes().Program("bin/sh").File("etc/x").Whole()], Summed, cancellationToken);

    [TestCase(13, 300)]
    [TestCase(14, 10_000, Category = "Long")]
    public Task Packed_archives(int seed, int rounds, CancellationToken cancellationToken) => HoldAsync(seed, rounds, "a.tar.gz", [Gzip(_archive)], static bytes => bytes, cancellationToken);

    /// <summary>Documents spoiled within an archive that is whole: what gets as far as their readers.</summary>
    [TestCase(15, 300)]
    [TestCase(16, 10_000, Category = "Long")]
    public Task Documents_of_images(int seed, int rounds, CancellationToken cancellationToken)
    {
        var saved = SampleOci.DockerSave(_archive);
        var (manifest, config) = ("manifest.json", saved.Files.Keys.Single(static name => name.EndsWith(".json", StringComparison.Ordinal) && name != "manifest.json"));
        // Under a name that promises no hash, so that a spoiled one is read.
        saved.Files["config.json"] = saved.Files[config];
        saved.Files[manifest] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(saved.Files[manifest]).Replace(config, "config.json", StringComparison.Ordinal));
        var layout = SampleOci.Layout(_archive);
        var parts = new[] { (saved, manifest), (saved, "config.json"), (layout, "index.json") };
        return HoldAsync(seed, rounds, "a.tar", [.. parts.Select(static (part, number) => part.Item1.Files[part.Item2].Prepend((byte)number).ToArray())], bytes =>
        {
            var (image, name) = parts[bytes.Length > 0 ? bytes[0] % parts.Length : 0];
            var good = image.Files[name];
            image.Files[name] = bytes.Length > 0 ? bytes[1..] : bytes;
            var archive = image.Archive();
            image.Files[name] = good;
            return archive;
        }, cancellationToken);
    }

    [TestCase(17, 500)]
    [TestCase(18, 20_000, Category = "Long")]
    public Task Headers_of_disks(int seed, int rounds, CancellationToken cancellationToken)
    {
        DiskImage[] disks =
        [
            DiskImage.Vdi(), DiskImage.Vmdk(), DiskImage.Vhdx(), new DiskImage(DiskImage.Mebibyte).Ext(),
            new DiskImage(4 * DiskImage.Mebibyte).Mbr(0, 0x05, 2048, 6000).Mbr(0, 0x83, 64, 1900, at: DiskImage.Mebibyte).Ext(DiskImage.Mebibyte + (64 * 512)),
            new DiskImage(DiskImage.Mebibyte).Gpt((Guid.NewGuid(), 100, 1000)).Ext(51200),
        ];
        // The places that are read, one behind the other, after the number of their disk: zeros between them would only thin the faults.
        (int At, int Length)[][] places =
        [
            [(0x40, 0x1A0)], [(0, 1024)], [(0, 8), (64 << 10, 80), (128 << 10, 80), (192 << 10, 64), (2 * DiskImage.Mebibyte, 160), ((2 * DiskImage.Mebibyte) + (64 << 10), 24)], [(1024, 400)],
            [(446, 66), (DiskImage.Mebibyte + 446, 66), (DiskImage.Mebibyte + (64 * 512) + 1024, 100)], [(446, 66), (512, 92), (1024, 128), (51200 + 1024, 100)],
        ];
        var samples = disks.Select((disk, number) => places[number].SelectMany(place => disk.Bytes.Skip(place.At).Take(place.Length)).Prepend((byte)number).ToArray()).ToArray();
        var mutator = new Mutator(seed, samples);
        return RunAsync(seed, rounds, mutator, bytes =>
        {
            var number = bytes.Length > 0 ? bytes[0] % disks.Length : 0;
            var disk = new DiskImage(disks[number].Bytes.Length).Put(0, disks[number].Bytes);
            var rest = bytes.AsSpan(Math.Min(1, bytes.Length));
            foreach (var (at, length) in places[number])
            {
                var part = rest[..Math.Min(length, rest.Length)];
                disk.Put(at, part);
                rest = rest[part.Length..];
            }

            // Half of the spoiled ones with sums that hold: others would keep the rest from ever being read.
            disk = number == 2 && bytes.Length % 2 == 0 ? disk.Sum() : disk;
            disk.With(static it => (DiskHeader.Read(it) ?? throw new InvalidCastException()).Format == "raw" ? RootPartition.Choose(it, null) : null);
            return Task.CompletedTask;
        }, cancellationToken);
    }

    private static async Task HoldAsync(int seed, int rounds, string name, byte[][] samples, Func<byte[], byte[]> make, CancellationToken cancellationToken)
    {
        await using var bench = new ImportBench();
        await RunAsync(seed, rounds, new Mutator(seed, samples), async bytes =>
        {
            try
            {
                var layer = await bench.ImportAsync(make(bytes), name, cancellationToken: cancellationToken);
                bench.Read(layer);
                await bench.Images.RemoveAsync(layer.Id, cancellationToken);
            }
            finally
            {
                bench.ShouldHaveNothing();
            }
        }, cancellationToken);
    }

    private static async Task RunAsync(int seed, int rounds, Mutator mutator, Func<byte[], Task> parse, CancellationToken cancellationToken)
    {
        var read = 0;
        for (var round = 0; round < rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = mutator.Next();
            try
            {
                await parse(bytes);
                read++;
            }
            catch (SandboxException)
            {
                // Refused.
            }
            catch (InvalidCastException)
            {
                // No disk of any kind.
            }
            catch (Exception e)
            {
                Assert.Fail($"Seed {seed}, round {round}: {e}\n{Convert.ToHexString(bytes)}");
            }
        }

        // Spoiled so far that nothing gets past the first check, bytes would test nothing.
        read.Should().BeInRange(rounds / 200, rounds - (rounds / 20));
    }

    /// <summary>Renews the sums of the headers, where there are any: one that is wrong would keep the rest from ever being read.</summary>
    private static byte[] Summed(byte[] archive)
    {
        for (var at = 0; at + 512 <= archive.Length; at += 512)
        {
            var header = archive.AsSpan(at, 512);
            if (header[257..262].SequenceEqual("ustar"u8))
            {
                header.Slice(148, 8).Fill((byte)' ');
                var sum = 0;
                foreach (var value in header)
                {
                    sum += value;
                }

                Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").AsSpan().CopyTo(header[148..]);
            }
        }

        return archive;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var buffer = new MemoryStream();
        using (var packer = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            packer.Write(bytes);
        }

        return buffer.ToArray();
    }
}
