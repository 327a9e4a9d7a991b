namespace DesktopGrid.VmSandbox.Imports.Archives;

/// <summary>
/// A header of a tar archive, of any of its forms: that of Unix 7, ustar (POSIX.1-1988), pax (POSIX.1-2001), GNU. Read here and not by the framework's reader,
/// which holds what stands before an entry in memory however long the archive says that it is.
/// </summary>
/// <param name="Type">What follows.</param>
/// <param name="Name">Its name, in bytes.</param>
/// <param name="Target">Where a link points to, in bytes.</param>
/// <param name="Mode">Who may do what.</param>
/// <param name="Size">Bytes that follow.</param>
/// <param name="Time">When it was changed, in seconds since 1970.</param>
internal sealed record TarHeader(char Type, byte[] Name, byte[] Target, uint Mode, long Size, long Time)
{
    public const int BlockSize = 512;

    private const int ModeAt = 100, SizeAt = 124, TimeAt = 136, SumAt = 148, TypeAt = 156, TargetAt = 157, MagicAt = 257, PrefixAt = 345;
    private const int NameLength = 100, ModeLength = 8, LongLength = 12, SumLength = 8, PrefixLength = 155;

    // How GNU's numbers begin that are below zero: of a time before 1970, which becomes that year.
    private const byte BelowZero = 0xFF;

    /// <summary>Whether a block marks the archive's end.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);

    /// <summary>Reads one; null where the block is no header.</summary>
    public static TarHeader? Parse(ReadOnlySpan<byte> block)
    {
        if (Number(block.Slice(SumAt, SumLength)) is not { } sum || !IsSum(block, sum)
            || Number(block.Slice(ModeAt, ModeLength)) is not { } mode
            || Number(block.Slice(SizeAt, LongLength)) is not { } size
            || (block[TimeAt] == BelowZero ? 0 : Number(block.Slice(TimeAt, LongLength))) is not { } time)
        {
            return null;
        }

        var name = Text(block[..NameLength]).ToArray();
        // GNU, whose magic ends otherwise, has other things where ustar has the beginning of a long name.
        if (block.Slice(MagicAt, 6).SequenceEqual("ustar\0"u8) && Text(block.Slice(PrefixAt, PrefixLength)) is { Length: > 0 } prefix)
        {
            name = [.. prefix, (byte)'/', .. name];
        }

        return new TarHeader((char)block[TypeAt], name, Text(block.Slice(TargetAt, NameLength)).ToArray(), (uint)(mode & 0xFFF), size, time);
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field;

    /// <summary>The sum of all bytes, its own field taken as spaces; some old writers took bytes for signed.</summary>
    private static bool IsSum(ReadOnlySpan<byte> block, long sum)
    {
        var (plain, signed) = (SumLength * 32L, SumLength * 32L);
        for (var at = 0; at < BlockSize; at++)
        {
            if (at is < SumAt or >= SumAt + SumLength)
            {
                plain += block[at];
                signed += (sbyte)block[at];
            }
        }

        return sum == plain || sum == signed;
    }

    /// <summary>Octal digits, or where they do not suffice a number in bytes (GNU); null where it is none, below zero, or larger than any file.</summary>
    private static long? Number(ReadOnlySpan<byte> field)
    {
        var isBinary = field[0] == 0x80;
        long value = 0;
        foreach (var digit in isBinary ? field[1..] : field.Trim("\0 "u8))
        {
            if (value > long.MaxValue >> 8 || (!isBinary && (digit is < (byte)'0' or > (byte)'7')))
            {
                return null;
            }

            value = isBinary ? (value << 8) | digit : (value << 3) + (digit - '0');
        }

        return value;
    }
}
