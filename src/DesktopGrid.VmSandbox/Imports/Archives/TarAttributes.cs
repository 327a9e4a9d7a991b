using System.Globalization;
using System.Text;

namespace DesktopGrid.VmSandbox.Imports.Archives;

/// <summary>What stands before an entry because its header has no room for it; null where the header counts.</summary>
internal sealed record TarAttributes(string? Path = null, string? Target = null, long? Size = null, long? Time = null)
{
    /// <summary>Adds what pax records say (POSIX.1-2001, pax): each is its own length, a name, <c>=</c> and a value, and a line's end.</summary>
    /// <exception cref="Images.ImageException">They are none, or the entry is one with holes.</exception>
    public TarAttributes With(string archive, ReadOnlySpan<byte> records)
    {
        var result = this;
        while (!records.IsEmpty)
        {
            var space = records.IndexOf((byte)' ');
            if (space is <= 0 or > 7 || !int.TryParse(Encoding.ASCII.GetString(records[..space]), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 1 || length > records.Length || records[length - 1] != '\n'
                || records[(space + 1)..(length - 1)] is var record && record.IndexOf((byte)'=') is var sign && sign <= 0)
            {
                throw ImportFault.Malformed(archive, "it has attributes that are none");
            }

            result = result.With(archive, Encoding.UTF8.GetString(record[..sign]), record[(sign + 1)..]);
            records = records[length..];
        }

        return result;
    }

    private TarAttributes With(string archive, string name, ReadOnlySpan<byte> value)
    {
        switch (name)
        {
            case "path":
                return this with { Path = EntryName.Decode(archive, value) };
            case "linkpath":
                return this with { Target = EntryName.Decode(archive, value) };
            case "size":
                return this with { Size = long.TryParse(Encoding.ASCII.GetString(value), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : throw ImportFault.Malformed(archive, "it has an entry of an impossible size") };
            case "mtime":
                // With a fraction, which no directory keeps.
                return this with { Time = decimal.TryParse(Encoding.ASCII.GetString(value), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var time) && time < long.MaxValue ? (long)time : 0 };
            default:
                return name.StartsWith("GNU.sparse.", StringComparison.Ordinal) ? throw ArchiveReader.Sparse(archive) : this;
        }
    }
}
