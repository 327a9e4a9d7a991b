using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace DesktopGrid.VmSandbox.Applications;

/// <summary>
/// The pixels of a PNG file with 8 bits a channel, not interlaced: what two pictures share that were made at different times. Their files differ, since
/// each holds its date. By the PNG specification of the W3C; a file of another kind is refused.
/// </summary>
public sealed record PngPixels(int Width, int Height, int Channels, byte[] Bytes)
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n'];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its pixels, row by row from the top.</returns>
    /// <exception cref="InvalidDataException">It is no such picture.</exception>
    public static PngPixels Read(string path)
    {
        var file = File.ReadAllBytes(path);
        Require(file.AsSpan().StartsWith(Signature), "it is no PNG");
        using var packed = new MemoryStream();
        ReadOnlySpan<byte> header = default;
        for (var at = Signature.Length; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            Require(length >= 0 && length <= file.Length - at - 12, "it is cut off");
            var kind = Encoding.ASCII.GetString(file, at + 4, 4);
            var content = file.AsSpan(at + 8, length);
            if (kind == "IHDR")
            {
                header = content;
            }
            else if (kind == "IDAT")
            {
                packed.Write(content);
            }

            at += 12 + length;
        }

        Require(header.Length == 13 && header[8] == 8 && header[12] == 0 && header[9] is 0 or 2 or 6, "it is of a kind that is not read here");
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]));
        Require(width is > 0 and <= 10_000 && height is > 0 and <= 10_000, "its size is absurd");
        var channels = header[9] switch { 0 => 1, 2 => 3, _ => 4 };
        packed.Position = 0;
        return new PngPixels(width, height, channels, Unfilter(packed, width * channels, height, channels));
    }

    /// <summary>Each row begins with the number of the filter that it went through, which made of each byte its difference to a guess.</summary>
    private static byte[] Unfilter(Stream packed, int stride, int height, int channels)
    {
        using var rows = new ZLibStream(packed, CompressionMode.Decompress);
        var pixels = new byte[stride * height];
        Span<byte> above = new byte[stride];
        for (var row = 0; row < height; row++)
        {
            var filter = rows.ReadByte();
            var line = pixels.AsSpan(row * stride, stride);
            rows.ReadExactly(line);
            for (var i = 0; i < stride; i++)
            {
                var (left, up, corner) = (i < channels ? 0 : line[i - channels], above[i], i < channels ? 0 : above[i - channels]);
                line[i] += (byte)(filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => throw new InvalidDataException("it has a filter that there is not") });
            }

            above = line;
        }

        return pixels;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (toLeft, toUp, toCorner) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    private static void Require(bool holds, string fault)
    {
        if (!holds)
        {
            throw new InvalidDataException(fault);
        }
    }
}
