using System.Buffers.Binary;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Programs;

/// <summary>Tells by its first bytes what kind of program a file is.</summary>
internal static class ProgramHeader
{
    /// <summary>So many tell it.</summary>
    public const int Bytes = 64;

    /// <summary>The kind of a file.</summary>
    /// <exception cref="BoincException">It cannot be read.</exception>
    public static ProgramFormat Read(string path)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            Span<byte> header = stackalloc byte[Bytes];
            return FormatOf(header[..file.ReadAtLeast(header, Bytes, throwOnEndOfStream: false)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMissing, $"The program {Path.GetFileName(path)} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The kind that these bytes tell (elf(5); the others by their marks).</summary>
    public static ProgramFormat FormatOf(ReadOnlySpan<byte> header)
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
}
