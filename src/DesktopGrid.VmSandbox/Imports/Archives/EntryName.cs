using System.Text;
using DesktopGrid.VmSandbox.Disks;

namespace DesktopGrid.VmSandbox.Imports.Archives;

/// <summary>Judges the names in an archive.</summary>
internal static class EntryName
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Bytes as a text.</summary>
    /// <exception cref="Images.ImageException">They are none.</exception>
    public static string Decode(string archive, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return _strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw ImportFault.Refused(archive, $"its entry {ImportFault.Quote(Encoding.UTF8.GetString(bytes))} has a name that is not UTF-8");
        }
    }

    /// <summary>A path without <c>.</c> and doubled slashes; empty for the root.</summary>
    /// <exception cref="Images.ImageException">It leads out, or is too long.</exception>
    public static string Judge(string archive, string path)
    {
        Require(!path.StartsWith('/'), "has an absolute name");
        Require(!path.Contains('\0', StringComparison.Ordinal), "has a name with a zero in it");
        var parts = path.Split('/').Where(static part => part.Length > 0 && part != ".").ToList();
        Require(!parts.Contains(".."), "has a name that leads upwards");
        Require(parts.Count <= ArchiveLimits.MaxDepth, $"lies deeper than {ArchiveLimits.MaxDepth} folders");
        Require(parts.TrueForAll(static part => Encoding.UTF8.GetByteCount(part) <= IsoRecord.MaxNameBytes), $"has a name of more than {IsoRecord.MaxNameBytes} bytes");
        var judged = string.Join('/', parts);
        Require(Encoding.UTF8.GetByteCount(judged) <= ArchiveLimits.MaxPathBytes, $"has a path of more than {ArchiveLimits.MaxPathBytes} bytes");
        return judged;

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                throw ImportFault.Refused(archive, $"its entry {ImportFault.Quote(path)} {fault}");
            }
        }
    }

    /// <summary>Where a symbolic link points to. It may lead anywhere: it is followed in the guest alone, and there within the task's root.</summary>
    /// <exception cref="Images.ImageException">No link can point there.</exception>
    public static string JudgeTarget(string archive, string path, string target) =>
        target.Length > 0 && !target.Contains('\0', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(target) <= IsoLink.MaxTargetBytes
            && target.Split('/').All(static part => Encoding.UTF8.GetByteCount(part) <= byte.MaxValue)
            ? target
            : throw ImportFault.Refused(archive, $"its link {ImportFault.Quote(path)} has a target that is empty, or longer than {IsoLink.MaxTargetBytes} bytes");
}
