using System.Security.Cryptography;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

/// <summary>
/// Many bytes without an array that holds them: a random pattern of prime length again and again, so that a block that is lost, doubled or
/// moved shows. Forward only, like a pipe.
/// </summary>
internal sealed class GeneratedStream(long length, int seed = 1) : ReadOnlyStream
{
    private const int PatternLength = 1_000_003;

    private readonly byte[] _pattern = PatternOf(seed);
    private long _position;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var start = (int)(_position % PatternLength);
        var count = (int)Math.Min(Math.Min(buffer.Length, length - _position), PatternLength - start);
        _pattern.AsSpan(start, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    /// <summary>The hash of all bytes of such a stream.</summary>
    public static string HashOf(long length, int seed = 1)
    {
        using var stream = new GeneratedStream(length, seed);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static byte[] PatternOf(int seed)
    {
        var pattern = new byte[PatternLength];
        new Random(seed).NextBytes(pattern);
        return pattern;
    }
}

/// <summary>Takes bytes, counts them, and keeps nothing but their hash.</summary>
internal sealed class HashingStream : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;

    public string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position { get => _length; set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _hash.AppendData(buffer);
        _length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>What streams for reading have in common.</summary>
internal abstract class ReadOnlyStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
