using System.Buffers.Binary;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Boinc.Programs;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>Looks into a program's file without running it: its first bytes, and words that linking leaves in it.</summary>
internal static class ProgramInspector
{
    private const int ProgramHeadersAtMost = 64;
    private const int InterpreterHeader = 3;

    private static readonly string[] WrapperWords = ["job.xml", "wrapper_checkpoint.txt", "fraction_done_filename"];

    /// <exception cref="BoincException">The file is missing or cannot be read.</exception>
    public static ProgramFacts Inspect(string path)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            var header = new byte[ProgramHeader.Bytes];
            var length = file.ReadAtLeast(header, ProgramHeader.Bytes, throwOnEndOfStream: false);
            var format = ProgramHeader.FormatOf(header.AsSpan(0, length));
            if (format is not (ProgramFormat.LinuxX64 or ProgramFormat.LinuxX86))
            {
                return new ProgramFacts(format, IsDynamic: false, UsesApi: false, IsStockWrapper: false);
            }

            var found = FileWords.Find(file, [.. ApiMark.Words, .. WrapperWords]).ToHashSet(StringComparer.Ordinal);
            return new ProgramFacts(format, IsDynamic(file, header, format), ApiMark.Words.Any(found.Contains), WrapperWords.All(found.Contains));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMissing, $"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whether one of the program headers names a loader.</summary>
    private static bool IsDynamic(FileStream file, ReadOnlySpan<byte> header, ProgramFormat format)
    {
        var wide = format == ProgramFormat.LinuxX64;
        var offset = wide ? (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(header[32..]), long.MaxValue / 2) : BinaryPrimitives.ReadUInt32LittleEndian(header[28..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(header[(wide ? 54 : 42)..]), count = BinaryPrimitives.ReadUInt16LittleEndian(header[(wide ? 56 : 44)..]);
        Span<byte> type = stackalloc byte[4];
        for (var i = 0; i < Math.Min(count, ProgramHeadersAtMost); i++)
        {
            file.Position = offset + ((long)i * size);
            if (file.ReadAtLeast(type, 4, throwOnEndOfStream: false) == 4 && BinaryPrimitives.ReadUInt32LittleEndian(type) == InterpreterHeader)
            {
                return true;
            }
        }

        return false;
    }
}
