using System.Text;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Tests.Images;
using DesktopGrid.VmSandbox.Tests.Packages;
using DesktopGrid.VmSandbox.Tests.Qmp;

namespace DesktopGrid.VmSandbox.Tests.Fuzzing;

/// <summary>
/// Whatever bytes a parser is given, it reads them or refuses them by the library's own exception, and that soon. A failure names the seed
/// and the round: the same two give the same bytes again.
/// </summary>
[CancelAfter(600_000)]
internal sealed class ParserFuzzTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new TemporaryFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [TestCase(1, 3_000)]
    [TestCase(2, 100_000, Category = "Long")]
    public Task Headers_of_disks(int seed, int rounds, CancellationToken cancellationToken)
    {
        // The tables behind the header are not read: their bytes would only thin the faults.
        var path = _folder.File("disk");
        return HoldAsync(seed, rounds, [Qcow2Bytes.Overlay().Bytes[..512], Qcow2Bytes.Base().Bytes[..512]], bytes =>
        {
            using (var file = File.Create(path))
            {
                file.Write(bytes);
                file.SetLength(Math.Max(bytes.Length, 1 << 20));
            }

            Qcow2Header.Read(path);
            Qcow2Snapshots.Names(path);
            return Task.CompletedTask;
        }, cancellationToken);
    }

    [TestCase(3, 3_000)]
    [TestCase(4, 100_000, Category = "Long")]
    public Task Manifests_of_images(int seed, int rounds, CancellationToken cancellationToken)
    {
        var image = new SampleImage(_folder.File("image"));
        var manifest = Path.Combine(image.Folder, "manifest.json");
        return HoldAsync(seed, rounds, [File.ReadAllBytes(manifest)], bytes =>
        {
            File.WriteAllBytes(manifest, bytes);
            ImageManifestReader.Read(image.Folder);
            return Task.CompletedTask;
        }, cancellationToken);
    }

    [TestCase(5, 20_000)]
    [TestCase(6, 1_000_000, Category = "Long")]
    public Task What_a_monitor_sends(int seed, int rounds, CancellationToken cancellationToken)
    {
        string[] lines =
        [
            ScriptedQmpPeer.Greeting,
            """{"return": {"status": "running", "running": true}, "id": 7}""",
            """{"error": {"class": "GenericError", "desc": "no such device"}, "id": 7}""",
            """{"timestamp": {"seconds": 1700000000, "microseconds": 12}, "event": "STOP", "data": {"a": [1, 2.5, null, "\u00e4"]}}""",
        ];
        return HoldAsync(seed, rounds, [.. lines.Select(static line => Encoding.UTF8.GetBytes(line + "\r\n"))], async bytes =>
        {
            await using var reader = new QmpReader(new MemoryStream(bytes), 1024);
            while (await reader.ReadAsync(cancellationToken) is not null)
            {
            }
        }, cancellationToken);
    }

    [TestCase(7, 1_000)]
    [TestCase(8, 50_000, Category = "Long")]
    public Task Archives_of_applications(int seed, int rounds, CancellationToken cancellationToken)
    {
        var sample = new SamplePackage(_folder.File("package"));
        sample.Pack(("bin/count", "a program"), ("data/", null), ("data/words", new string('w', 300)));
        return HoldAsync(seed, rounds, [File.ReadAllBytes(sample.File(SamplePackage.Archive))], bytes =>
        {
            sample.Spoil(_ => bytes);
            return sample.Package.ToJobAsync(cancellationToken);
        }, cancellationToken);
    }

    private static async Task HoldAsync(int seed, int rounds, byte[][] samples, Func<byte[], Task> parse, CancellationToken cancellationToken)
    {
        var mutator = new Mutator(seed, samples);
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
            catch (Exception e)
            {
                Assert.Fail($"Seed {seed}, round {round}: {e.GetType().Name}: {e.Message}\n{Convert.ToHexString(bytes)}");
            }
        }

        // Spoiled so far that nothing gets past the first check, bytes would test nothing.
        read.Should().BeInRange(rounds / 200, rounds - (rounds / 20));
    }
}
