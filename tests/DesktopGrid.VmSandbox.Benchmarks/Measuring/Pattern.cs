namespace DesktopGrid.VmSandbox.Benchmarks.Measuring;

/// <summary>The bytes that are sent in and must come out again: random, so that nothing on the way can make less of them; repeated, so that the host's disk plays no part.</summary>
internal sealed class Pattern
{
    /// <summary>Bytes given or taken at once.</summary>
    public const int BlockSize = 128 * 1024;

    private readonly byte[] _bytes = new byte[8 * BlockSize];

    public Pattern() => new Random(1).NextBytes(_bytes);

    /// <summary>What stands at a place, up to the end of its block.</summary>
    public ReadOnlyMemory<byte> At(long offset, long most)
    {
        var start = (int)(offset % _bytes.Length);
        return _bytes.AsMemory(start, (int)Math.Min(Math.Min(most, BlockSize - (start % BlockSize)), int.MaxValue));
    }

    /// <exception cref="InvalidDataException">Other bytes came.</exception>
    public void Check(ReadOnlySpan<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var expected = At(offset, bytes.Length).Span;
            if (!bytes[..expected.Length].SequenceEqual(expected))
            {
                throw new InvalidDataException($"Other bytes came back than were sent, at {offset} or soon after.");
            }

            bytes = bytes[expected.Length..];
            offset += expected.Length;
        }
    }
}
