using DesktopGrid.VmSandbox.Disks;
using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Tests.Fuzzing;

namespace DesktopGrid.VmSandbox.Tests.Disks;

/// <summary>The stream on an output disk, of which a hostile guest has written every byte.</summary>
[CancelAfter(120_000)]
internal sealed class CollectedReaderTests
{
    private static readonly string[] _paths = ["a", "b", "c"];

    [Test]
    public async Task A_stream_comes_out_as_it_went_in()
    {
        var large = new byte[2_500_000];
        new Random(1).NextBytes(large);
        var told = new List<TransferProgress>();
        var reader = Reader(new CollectedBytes(3).File(0, "first"u8).Missing(1).File(2, large).End(3, 5 + large.Length));

        await reader.BeginAsync(CancellationToken.None);
        (await TakeAsync(reader)).Should().Equal("first"u8.ToArray());
        (await FailAsync(() => TakeAsync(reader))).Code.Should().Be(SandboxErrorCode.GuestNotFound);
        (await TakeAsync(reader, tell: told.Add)).Should().Equal(large);
        await reader.EndAsync(CancellationToken.None);

        told.Select(static progress => progress.Bytes).Should().Equal(1 << 20, 2 << 20, large.Length);
        told.Should().OnlyContain(progress => progress.Path == "c" && progress.Total == large.Length);
    }

    [TestCase(1u, SandboxErrorCode.GuestNotFound)]
    [TestCase(2u, SandboxErrorCode.GuestPathRefused)]
    [TestCase(3u, SandboxErrorCode.GuestTooLarge)]
    [TestCase(4u, SandboxErrorCode.GuestRefused)]
    [TestCase(5u, SandboxErrorCode.SessionProtocol)]
    [TestCase(uint.MaxValue, SandboxErrorCode.SessionProtocol)]
    public async Task What_is_no_file_is_told_by_its_code(uint status, SandboxErrorCode code)
    {
        var reader = Reader(new CollectedBytes(3).Head(0, status, 0));
        await reader.BeginAsync(CancellationToken.None);

        (await FailAsync(() => TakeAsync(reader))).Code.Should().Be(code);
    }

    [Test]
    public async Task A_file_above_its_bound_is_not_taken_whatever_the_guest_was_told()
    {
        var reader = Reader(new CollectedBytes(3).File(0, new byte[1001]));
        await reader.BeginAsync(CancellationToken.None);
        using var target = new MemoryStream();

        (await FailAsync(() => reader.TakeAsync(target, 1000, null, CancellationToken.None))).Code.Should().Be(SandboxErrorCode.GuestTooLarge);
        target.Length.Should().Be(0);
    }

    [Test]
    public async Task A_file_that_became_shorter_is_no_file()
    {
        var reader = Reader(new CollectedBytes(3).File(0, "abc\0\0"u8, real: 3));
        await reader.BeginAsync(CancellationToken.None);

        (await FailAsync(() => TakeAsync(reader))).Message.Should().Contain("became shorter");
    }

    private static IEnumerable<TestCaseData> Malformed()
    {
        yield return Case("nothing", new CollectedBytes());
        yield return Case("zeros", new CollectedBytes().Raw(new byte[4096]));
        yield return Case("another magic", new CollectedBytes().Raw("VMSBULK2\u0003\0\0\0\0\0\0\0"u8));
        yield return Case("another count", new CollectedBytes(2).File(0, "x"u8));
        yield return Case("a count that is negative", new CollectedBytes(-1).File(0, "x"u8));
        yield return Case("no file", new CollectedBytes(3));
        yield return Case("another order", new CollectedBytes(3).File(1, "x"u8).File(0, "x"u8).File(2, "x"u8).End(3, 3));
        yield return Case("the same twice", new CollectedBytes(3).File(0, "x"u8).File(0, "x"u8).File(2, "x"u8).End(3, 3));
        yield return Case("too soon at its end", new CollectedBytes(3).File(0, "x"u8).End(1, 1));
        yield return Case("no end", new CollectedBytes(3).File(0, "x"u8).File(1, "x"u8).File(2, "x"u8));
        yield return Case("a file too many", new CollectedBytes(3).File(0, "x"u8).File(1, "x"u8).File(2, "x"u8).File(3, "x"u8).End(4, 4));
        yield return Case("another sum", new CollectedBytes(3).File(0, "x"u8).File(1, "x"u8).File(2, "x"u8).End(3, 4));
        yield return Case("another count at its end", new CollectedBytes(3).File(0, "x"u8).File(1, "x"u8).File(2, "x"u8).End(2, 3));
        yield return Case("a negative length", new CollectedBytes(3).Head(0, 0, -1).Raw(new byte[100]));
        yield return Case("the longest length", new CollectedBytes(3).Head(0, 0, long.MaxValue).Raw(new byte[100]));
        yield return Case("the most negative length", new CollectedBytes(3).Head(0, 0, long.MinValue).Raw(new byte[100]));
        yield return Case("a length of one more than there is", new CollectedBytes(3).Head(0, 0, 93).Raw(new byte[100]));
        yield return Case("more real bytes than bytes", new CollectedBytes(3).File(0, "x"u8, real: 2));
        yield return Case("negative real bytes", new CollectedBytes(3).File(0, "x"u8, real: -1));
        yield return Case("cut in a head", new CollectedBytes(3).Raw(new byte[7]));

        static TestCaseData Case(string name, CollectedBytes bytes) => new TestCaseData(bytes.ToArray()).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Malformed))]
    public async Task A_stream_that_is_none_is_one_clear_error(byte[] bytes)
    {
        var failure = await FailAsync(() => TakeAllAsync(bytes, bytes.Length));

        failure.Code.Should().Be(SandboxErrorCode.SessionProtocol);
        failure.Message.Should().StartWith("What the guest wrote to its output disk is no stream of files: it ");
    }

    [Test]
    public async Task No_byte_beyond_the_told_length_is_read()
    {
        var bytes = new CollectedBytes(3).File(0, "x"u8).File(1, "x"u8).File(2, "x"u8).End(3, 3).ToArray();

        await TakeAllAsync(bytes, bytes.Length);
        (await FailAsync(() => TakeAllAsync(bytes, bytes.Length - 1))).Message.Should().Contain("ends too early");
        (await FailAsync(() => TakeAllAsync(bytes[..^1], bytes.Length))).Message.Should().Contain("ends too early");
    }

    [Test]
    public async Task A_target_that_fails_passes_its_exception_and_the_disk_s_own_is_told_apart()
    {
        var bytes = new CollectedBytes(3).File(0, "x"u8).ToArray();
        var reader = new CollectedReader(new MemoryStream(bytes), bytes.Length, _paths);
        await reader.BeginAsync(CancellationToken.None);
        await FluentActions.Awaiting(() => reader.TakeAsync(new MemoryStream([], writable: false), 100, null, CancellationToken.None)).Should().ThrowAsync<NotSupportedException>();

        await FluentActions.Awaiting(() => new CollectedReader(new BrokenDisk(), 4096, _paths).BeginAsync(CancellationToken.None)).Should().ThrowAsync<PlatformException>();
    }

    [TestCase(11, 20_000)]
    [TestCase(12, 500_000, Category = "Long")]
    public async Task Whatever_the_bytes_they_are_read_or_refused(int seed, int rounds)
    {
        var mutator = new Mutator(
            seed,
            new CollectedBytes(3).File(0, "first"u8).Missing(1).File(2, new byte[300]).End(3, 305).ToArray(),
            new CollectedBytes(3).File(0, "x"u8).Head(1, 3, 0).End(2, 1).ToArray());
        for (var round = 0; round < rounds; round++)
        {
            var bytes = mutator.Next();
            try
            {
                await TakeAllAsync(bytes, bytes.Length);
            }
            catch (SessionException)
            {
                // Refused.
            }
        }
    }

    private static async Task TakeAllAsync(byte[] bytes, long length)
    {
        var reader = new CollectedReader(new MemoryStream(bytes), length, _paths);
        await reader.BeginAsync(CancellationToken.None);
        foreach (var _ in _paths)
        {
            await TakeAsync(reader);
        }

        await reader.EndAsync(CancellationToken.None);
    }

    private static async Task<byte[]> TakeAsync(CollectedReader reader, Action<TransferProgress>? tell = null)
    {
        using var target = new MemoryStream();
        (await reader.TakeAsync(target, 10_000_000, tell, CancellationToken.None)).Should().Be(target.Length);
        return target.ToArray();
    }

    private static CollectedReader Reader(CollectedBytes bytes)
    {
        var stream = bytes.Padded();
        return new CollectedReader(new MemoryStream(stream), stream.Length, _paths);
    }

    private static async Task<SessionException> FailAsync(Func<Task> act) => (await FluentActions.Awaiting(act).Should().ThrowAsync<SessionException>()).Which;

    private sealed class BrokenDisk : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("The disk is gone.");
    }

    /// <summary>A stream made by hand, right or wrong.</summary>
    private sealed class CollectedBytes
    {
        private readonly List<byte> _bytes = [];

        public CollectedBytes()
        {
        }

        public CollectedBytes(int files)
        {
            _bytes.AddRange("VMSBULK1"u8.ToArray());
            _bytes.AddRange(BitConverter.GetBytes(files));
            _bytes.AddRange(new byte[4]);
        }

        public CollectedBytes Raw(ReadOnlySpan<byte> bytes)
        {
            _bytes.AddRange(bytes.ToArray());
            return this;
        }

        public CollectedBytes Head(uint number, uint status, long length) => Raw(BitConverter.GetBytes(number)).Raw(BitConverter.GetBytes(status)).Raw(BitConverter.GetBytes(length));

        public CollectedBytes File(uint number, ReadOnlySpan<byte> content, long? real = null) => Head(number, 0, content.Length).Raw(content).Raw(BitConverter.GetBytes(real ?? content.Length));

        public CollectedBytes Missing(uint number) => Head(number, 1, 0);

        public CollectedBytes End(uint files, long bytes) => Head(uint.MaxValue, files, bytes);

        public byte[] ToArray() => [.. _bytes];

        public byte[] Padded() => [.. _bytes, .. new byte[4096]];
    }
}
