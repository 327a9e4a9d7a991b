using DesktopGrid.VmSandbox.Vms.Checkpoints;

namespace DesktopGrid.VmSandbox.Tests.Vms.Checkpoints;

/// <summary>What a hostile QEMU may send, and what a stranger's file may hold.</summary>
public sealed class StateFileTests
{
    private const int Mebibyte = 1024 * 1024;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task What_was_written_pours_out_again_and_has_the_hash_that_was_told()
    {
        var state = new byte[(3 * Mebibyte) + 17];
        new Random(1).NextBytes(state.AsSpan(Mebibyte));

        var written = await StateFile.WriteAsync(new MemoryStream(state), _folder.File("state"), state.Length, TemporaryFolder.PrivateFiles, CancellationToken.None);

        written.StateBytes.Should().Be(state.Length);
        written.Sha256.Should().Be(await StateFile.HashAsync(_folder.File("state"), CancellationToken.None));
        using var poured = new MemoryStream();
        await StateFile.PourAsync(_folder.File("state"), state.Length, poured, CancellationToken.None);
        poured.ToArray().Should().Equal(state);
    }

    [Test]
    public async Task A_stream_that_is_longer_than_a_state_can_be_is_read_no_further()
    {
        var endless = new CountingZeros();

        var failure = (await FluentActions.Awaiting(() => StateFile.WriteAsync(endless, _folder.File("state"), 10 * Mebibyte, TemporaryFolder.PrivateFiles, CancellationToken.None)).Should().ThrowAsync<IOException>()).Which;

        failure.Message.Should().Contain("10485760");
        endless.Given.Should().BeLessThan(200L * Mebibyte, "what is in hand is bounded");
    }

    [TestCase(Mebibyte - 1)]
    [TestCase(Mebibyte + 1)]
    public async Task One_of_another_length_than_was_said_is_none(int said)
    {
        await StateFile.WriteAsync(new MemoryStream(new byte[Mebibyte]), _folder.File("state"), Mebibyte, TemporaryFolder.PrivateFiles, CancellationToken.None);

        await FluentActions.Awaiting(() => StateFile.PourAsync(_folder.File("state"), said, Stream.Null, CancellationToken.None)).Should().ThrowAsync<InvalidDataException>();
    }

    [Test]
    public async Task What_is_no_zstd_or_was_cut_is_none()
    {
        await StateFile.WriteAsync(new MemoryStream(new byte[Mebibyte]), _folder.File("state"), Mebibyte, TemporaryFolder.PrivateFiles, CancellationToken.None);
        var bytes = await File.ReadAllBytesAsync(_folder.File("state"));
        foreach (var other in (byte[][])[bytes[..^3], [], [.. "certainly no frame of zstd"u8], [.. bytes[..4], .. new byte[100]]])
        {
            await File.WriteAllBytesAsync(_folder.File("other"), other);
            await FluentActions.Awaiting(() => StateFile.PourAsync(_folder.File("other"), Mebibyte, Stream.Null, CancellationToken.None)).Should().ThrowAsync<InvalidDataException>();
        }
    }

    /// <summary>Zeros without an end.</summary>
    private sealed class CountingZeros : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Clear();
            Given += count;
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
