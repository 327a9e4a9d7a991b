using System.Buffers.Binary;

namespace DesktopGrid.VmSandbox.Boinc.Control.Measuring;

/// <summary>
/// The program by which a computer and its guests are compared: a Linux program for x86-64 without libraries, so that both run the very same
/// instructions. One half of its native time it shifts whole numbers about and adds them to 64 KiB of memory, the other half it multiplies and
/// adds doubles, as most work of a grid does. It ends by writing the CPU time that it took: 16 bytes, seconds and nanoseconds.
/// </summary>
internal static class YardstickProgram
{
    /// <summary>How often each half is gone through.</summary>
    public const int Rounds = 40_000_000;

    /// <summary>The length of what it writes.</summary>
    public const int OutputBytes = 16;

    private const int ElfHeaderBytes = 64, ProgramHeaderBytes = 56;
    private const ulong Address = 0x400000;

    private static ReadOnlySpan<byte> Code =>
    [
        0x48, 0x81, 0xec, 0x00, 0x00, 0x01, 0x00, //                         sub rsp, 0x10000
        0x48, 0xb8, 0x15, 0x7c, 0x4a, 0x7f, 0xb9, 0x79, 0x37, 0x9e, //       mov rax, 0x9e3779b97f4a7c15
        0xb9, 0x00, 0x5a, 0x62, 0x02, //                                     mov ecx, 40000000
        0x48, 0x89, 0xc2, 0x48, 0xc1, 0xe2, 0x0d, 0x48, 0x31, 0xd0, //       whole: rax ^= rax << 13
        0x48, 0x89, 0xc2, 0x48, 0xc1, 0xea, 0x07, 0x48, 0x31, 0xd0, //       rax ^= rax >> 7
        0x48, 0x89, 0xc2, 0x48, 0xc1, 0xe2, 0x11, 0x48, 0x31, 0xd0, //       rax ^= rax << 17
        0x0f, 0xb7, 0xd0, 0x81, 0xe2, 0xf8, 0xff, 0x00, 0x00, //             edx = rax & 0xfff8
        0x48, 0x01, 0x04, 0x14, //                                           add [rsp + rdx], rax
        0xff, 0xc9, 0x75, 0xd1, //                                           dec ecx; jnz whole
        0x48, 0xba, 0x2b, 0x87, 0x16, 0xd9, 0xce, 0xf7, 0xef, 0x3f, //       mov rdx, bits of 0.999
        0x66, 0x48, 0x0f, 0x6e, 0xca, //                                     movq xmm1, rdx
        0x48, 0xba, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe0, 0x3f, //       mov rdx, bits of 0.5
        0x66, 0x48, 0x0f, 0x6e, 0xd2, //                                     movq xmm2, rdx
        0x66, 0x0f, 0xef, 0xc0, 0x66, 0x0f, 0xef, 0xdb, //                   pxor xmm0, xmm0; pxor xmm3, xmm3
        0xb9, 0x00, 0x5a, 0x62, 0x02, //                                     mov ecx, 40000000
        0xf2, 0x0f, 0x59, 0xc1, 0xf2, 0x0f, 0x58, 0xc2, //                   double: xmm0 = xmm0 * xmm1 + xmm2
        0xf2, 0x0f, 0x59, 0xd9, 0xf2, 0x0f, 0x58, 0xda, //                   xmm3 = xmm3 * xmm1 + xmm2
        0xff, 0xc9, 0x75, 0xec, //                                           dec ecx; jnz double
        0xb8, 0xe4, 0x00, 0x00, 0x00, 0xbf, 0x02, 0x00, 0x00, 0x00, //       clock_gettime(CLOCK_PROCESS_CPUTIME_ID,
        0x48, 0x89, 0xe6, 0x0f, 0x05, //                                                   rsp)
        0xb8, 0x01, 0x00, 0x00, 0x00, 0xbf, 0x01, 0x00, 0x00, 0x00, //       write(1,
        0x48, 0x89, 0xe6, 0xba, 0x10, 0x00, 0x00, 0x00, 0x0f, 0x05, //             rsp, 16)
        0xb8, 0x3c, 0x00, 0x00, 0x00, 0x31, 0xff, 0x0f, 0x05, //             exit(0)
    ];

    /// <summary>The file: an ELF header, one segment, the code.</summary>
    public static byte[] ToBytes()
    {
        var file = new byte[ElfHeaderBytes + ProgramHeaderBytes + Code.Length];
        // 64 bits, little-endian, executable, x86-64; one program header behind this one.
        ReadOnlySpan<byte> identity = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identity.CopyTo(file);
        Short(16, 2);
        Short(18, 62);
        Short(20, 1);
        Long(24, Address + ElfHeaderBytes + ProgramHeaderBytes);
        Long(32, ElfHeaderBytes);
        Short(52, ElfHeaderBytes);
        Short(54, ProgramHeaderBytes);
        Short(56, 1);
        // Load the whole file, to read and to execute.
        Short(ElfHeaderBytes, 1);
        Short(ElfHeaderBytes + 4, 5);
        Long(ElfHeaderBytes + 16, Address);
        Long(ElfHeaderBytes + 24, Address);
        Long(ElfHeaderBytes + 32, (ulong)file.Length);
        Long(ElfHeaderBytes + 40, (ulong)file.Length);
        Long(ElfHeaderBytes + 48, 0x1000);
        Code.CopyTo(file.AsSpan(ElfHeaderBytes + ProgramHeaderBytes));
        return file;

        void Short(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);

        void Long(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), value);
    }

    /// <summary>What it wrote; null where that is no time.</summary>
    public static TimeSpan? ReadOutput(ReadOnlySpan<byte> output)
    {
        if (output.Length != OutputBytes)
        {
            return null;
        }

        long seconds = BinaryPrimitives.ReadInt64LittleEndian(output), nanoseconds = BinaryPrimitives.ReadInt64LittleEndian(output[8..]);
        return seconds is >= 0 and < 100_000 && nanoseconds is >= 0 and < 1_000_000_000 && (seconds, nanoseconds) != (0, 0) ? TimeSpan.FromSeconds(seconds) + TimeSpan.FromMicroseconds(nanoseconds / 1000.0) : null;
    }
}
