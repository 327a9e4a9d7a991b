using System.Buffers.Binary;

namespace DesktopGrid.VmSandbox.Tests.Fuzzing;

/// <summary>
/// Spoils good bytes at random, the same way for the same seed: bits, bytes, numbers at their edges, pieces cut out, doubled or swapped with
/// pieces of another sample. No coverage guides it, so it is given good samples to begin with.
/// </summary>
internal sealed class Mutator(int seed, params byte[][] samples)
{
    private static readonly ulong[] Edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, ulong.MaxValue];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var bytes = samples[_random.Next(samples.Length)].ToList();
        for (var i = _random.Next(1, 5); i > 0; i--)
        {
            Spoil(bytes);
        }

        return [.. bytes];
    }

    private void Spoil(List<byte> bytes)
    {
        if (bytes.Count == 0)
        {
            bytes.Add((byte)_random.Next(256));
            return;
        }

        var at = _random.Next(bytes.Count);
        var length = Math.Min(_random.Next(1, 17), bytes.Count - at);
        switch (_random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                WriteEdge(bytes, at);
                break;
            default:
                var other = samples[_random.Next(samples.Length)];
                var from = _random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(length, other.Length - from)).ToArray());
                break;
        }
    }

    /// <summary>A number at one of its edges, of any width and order.</summary>
    private void WriteEdge(List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        var edge = Edges[_random.Next(Edges.Length)];
        var width = 1 << _random.Next(4);
        if (_random.Next(2) == 0)
        {
            BinaryPrimitives.WriteUInt64BigEndian(number, edge << (8 * (sizeof(ulong) - width)));
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(number, edge);
        }

        for (var i = 0; i < width && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }
}
