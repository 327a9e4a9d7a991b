using System.Buffers;
using System.Text;

namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>
/// The rule for a path inside the work directory, the same for host and guest: relative, forward slashes, no empty, <c>.</c> or
/// <c>..</c> part, no NUL, well-formed Unicode, within the ceilings. The guest's kernel checks links besides; this is the first gate, not the only one.
/// </summary>
public static class RelativePath
{
    /// <summary>The work directory itself.</summary>
    public const string Root = ".";

    /// <summary>Says what is wrong with a path, or null when nothing is.</summary>
    /// <param name="path">The path as the caller gave it; <see cref="Root"/> passes.</param>
    /// <returns>One sentence, or null.</returns>
    public static string? Fault(string path)
    {
        if (path == Root)
        {
            return null;
        }

        if (path.Length == 0)
        {
            return "The path is empty.";
        }

        if (path[0] == '/')
        {
            return "The path is absolute; it must be relative to the work directory.";
        }

        if (path.Contains('\0'))
        {
            return "The path holds a NUL character.";
        }

        if (!IsWellFormed(path))
        {
            // Encoding it would put U+FFFD in its place, and so name another file.
            return "The path holds half of a surrogate pair, which has no UTF-8.";
        }

        if (Encoding.UTF8.GetByteCount(path) > ProtocolLimits.MaxPathBytes)
        {
            return $"The path is longer than {ProtocolLimits.MaxPathBytes} bytes.";
        }

        foreach (var part in path.Split('/'))
        {
            if (part is "" or "." or "..")
            {
                return $"The path has a part \"{part}\"; every part must be a plain name.";
            }

            if (Encoding.UTF8.GetByteCount(part) > ProtocolLimits.MaxNameBytes)
            {
                return $"A name in the path is longer than {ProtocolLimits.MaxNameBytes} bytes.";
            }
        }

        return null;
    }

    private static bool IsWellFormed(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var length) != OperationStatus.Done)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }
}
