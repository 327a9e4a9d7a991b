using System.Buffers.Binary;
using System.Text;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>Looks into a program's file without running it: its first bytes, and words that linking leaves in it.</summary>
internal static class ProgramInspector
{
    private const int HeaderBytes = 64, BlockBytes = 256 * 1024, ProgramHeadersAtMost = 64;
    private const int InterpreterHeader = 3;
    private const long SearchedBytes = 512L * 1024 * 1024;

    // The API's name of its shared memory and of its start file, or the library that holds them.
    private static readonly string[] ApiWords = ["boinc_mmap_file", "init_data.xml", "libboinc_api"];
    private static readonly string[] WrapperWords = ["job.xml", "wrapper_checkpoint.txt", "fraction_done_filename"];

    /// <exception cref="BoincException">The file is missing or cannot be read.</exception>
    public static ProgramFacts Inspect(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            var header = new byte[HeaderBytes];
            var length = file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
            var format = FormatOf(header.AsSpan(0, length));
            if (format is not (ProgramFormat.LinuxX64 or ProgramFormat.LinuxX86))
            {
                return new ProgramFacts(format, IsDynamic: false, UsesApi: false, IsStockWrapper: false);
            }

            var found = Search(file, [.. ApiWords, .. WrapperWords]);
            return new ProgramFacts(format, IsDynamic(file, header, format), ApiWords.Any(found.Contains), WrapperWords.All(found.Contains));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMissing, $"{path} cannot be read: {e.Message}", e);
        }
    }

    private static ProgramFormat FormatOf(ReadOnlySpan<byte> header)
    {
        if (header.StartsWith("\x7f"u8) && header.Length >= 20 && header[1..4].SequenceEqual("ELF"u8))
        {
            // Class, byte order, machine: 64-bit little-endian x86-64, or 32-bit little-endian 386.
            return (header[4], header[5], BinaryPrimitives.ReadUInt16LittleEndian(header[18..])) switch
            {
                (2, 1, 62) => ProgramFormat.LinuxX64,
                (1, 1, 3) => ProgramFormat.LinuxX86,
                _ => ProgramFormat.LinuxOther,
            };
        }

        return header.StartsWith("#!"u8) ? ProgramFormat.Script
            : header.StartsWith("MZ"u8) ? ProgramFormat.Windows
            : header.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(header) is 0xcafebabe or 0xfeedface or 0xfeedfacf or 0xcefaedfe or 0xcffaedfe ? ProgramFormat.MacOS
            : ProgramFormat.Unknown;
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

    private static HashSet<string> Search(FileStream file, string[] words)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var patterns = words.Select(static word => (Word: word, Bytes: Encoding.ASCII.GetBytes(word))).ToArray();
        // A word may lie across two blocks: the last bytes of one come again before the next.
        var overlap = patterns.Max(static pattern => pattern.Bytes.Length) - 1;
        var block = new byte[overlap + BlockBytes];
        var kept = 0;
        file.Position = 0;
        for (long searched = 0; searched < SearchedBytes && file.Read(block, kept, BlockBytes) is > 0 and var read; searched += read)
        {
            var window = block.AsSpan(0, kept + read);
            foreach (var (word, bytes) in patterns)
            {
                if (window.IndexOf(bytes) >= 0)
                {
                    found.Add(word);
                }
            }

            kept = Math.Min(overlap, window.Length);
            window[^kept..].CopyTo(block);
        }

        return found;
    }
}
