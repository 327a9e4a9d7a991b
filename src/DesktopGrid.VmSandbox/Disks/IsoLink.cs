using System.Text;

namespace DesktopGrid.VmSandbox.Disks;

/// <summary>Where a symbolic link points to, in Rock Ridge's words: SL entries (P1282, 4.1.3), each a row of components.</summary>
internal static class IsoLink
{
    /// <summary>The longest target: in the worst case, of names of one letter, its entries still fit into one sector beside the link's own name, and Linux follows no entry across two.</summary>
    public const int MaxTargetBytes = 1024;

    private const int HeadLength = 5, MostOfEntry = 250, ComponentHeadLength = 2;
    private const byte Continued = 1, Current = 2, Parent = 4, Root = 8;

    /// <summary>Encodes a target. Slashes that say nothing, doubled or at the end, are left out.</summary>
    /// <exception cref="ArgumentException">It is empty or too long.</exception>
    public static byte[] Encode(string target)
    {
        if (target.Length == 0 || Encoding.UTF8.GetByteCount(target) > MaxTargetBytes)
        {
            throw new ArgumentException("A link's target is empty or too long.", nameof(target));
        }

        var entries = new Entries();
        if (target[0] == '/')
        {
            entries.Add(Root, []);
        }

        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (part)
            {
                case ".":
                    entries.Add(Current, []);
                    break;
                case "..":
                    entries.Add(Parent, []);
                    break;
                default:
                    entries.Add(0, Encoding.UTF8.GetBytes(part));
                    break;
            }
        }

        return entries.ToArray();
    }

    private sealed class Entries
    {
        private readonly List<byte> _bytes = [];
        private int _begin;

        public Entries() => Begin();

        /// <summary>Adds a component, in pieces where an entry's end comes before its own: so the root never stands at an entry's end, behind which Linux would count a slash.</summary>
        public void Add(byte flags, ReadOnlySpan<byte> text)
        {
            while (true)
            {
                var space = HeadLength + MostOfEntry - (_bytes.Count - _begin) - ComponentHeadLength;
                if (space < Math.Min(1, text.Length))
                {
                    _bytes[_begin + 4] = Continued;
                    Begin();
                    continue;
                }

                var piece = text[..Math.Min(space, text.Length)];
                var isLast = piece.Length == text.Length;
                _bytes.AddRange([(byte)(isLast ? flags : flags | Continued), (byte)piece.Length]);
                _bytes.AddRange(piece);
                _bytes[_begin + 2] = (byte)(_bytes.Count - _begin);
                text = text[piece.Length..];
                if (isLast)
                {
                    return;
                }
            }
        }

        public byte[] ToArray() => [.. _bytes];

        private void Begin()
        {
            _begin = _bytes.Count;
            _bytes.AddRange([(byte)'S', (byte)'L', HeadLength, 1, 0]);
        }
    }
}
