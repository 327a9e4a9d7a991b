using System.Text;

namespace DesktopGrid.VmSandbox.Tests.Disks;

/// <summary>Puts a link's target together as Linux does (fs/isofs/rock.c, get_symlink_chunk), with its slashes.</summary>
internal sealed class IsoTarget
{
    private readonly List<byte> _text = [];

    public string Text => Encoding.UTF8.GetString([.. _text]);

    public void Add(ReadOnlySpan<byte> entry)
    {
        var isContinued = entry[4] == 1;
        var rest = entry[5..];
        while (rest.Length > 1)
        {
            var (flags, length) = (rest[0], rest[1]);
            _text.AddRange((flags & ~1) switch
            {
                0 => rest.Slice(2, length).ToArray(),
                2 => "."u8.ToArray(),
                4 => ".."u8.ToArray(),
                8 => "/"u8.ToArray(),
                _ => throw new InvalidDataException($"A component of kind {flags}."),
            });
            rest = rest[(2 + length)..];
            if ((flags & ~1) != 8 && (flags & 1) == 0 && (rest.Length > 1 || isContinued))
            {
                _text.Add((byte)'/');
            }

            // There Linux counts a slash that it does not write.
            ((flags & ~1) == 8 && rest.Length <= 1 && isContinued).Should().BeFalse();
        }

        rest.Length.Should().Be(0);
    }
}
