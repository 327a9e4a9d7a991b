using System.Buffers.Binary;

namespace DesktopGrid.VmSandbox.Tests.Platform.Linux;

/// <summary>
/// Runs a classic BPF program over struct seccomp_data as the kernel does (Documentation/networking/filter.rst, seccomp(2)): only the few
/// instructions that a filter of system calls may hold. Whatever the kernel would refuse to load is an exception here.
/// </summary>
internal static class BpfInterpreter
{
    public static uint Run(byte[] program, uint architecture, uint number, params ulong[] arguments)
    {
        var data = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), architecture);
        for (var i = 0; i < arguments.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16 + (8 * i)), arguments[i]);
        }

        var accumulator = 0u;
        for (var at = 0; ; at++)
        {
            var line = program.AsSpan(at * 8, 8);
            var value = BinaryPrimitives.ReadUInt32LittleEndian(line[4..]);
            switch (BinaryPrimitives.ReadUInt16LittleEndian(line))
            {
                case 0x20:
                    // Loads are of words, aligned and inside.
                    accumulator = value % 4 == 0 && value < 64 ? BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((int)value)) : throw new InvalidDataException($"load from {value}");
                    break;
                case 0x15:
                    at += accumulator == value ? line[2] : line[3];
                    break;
                case 0x35:
                    at += accumulator >= value ? line[2] : line[3];
                    break;
                case 0x45:
                    at += (accumulator & value) != 0 ? line[2] : line[3];
                    break;
                case 0x06:
                    return value;
                case var code:
                    throw new InvalidDataException($"instruction {code:x}");
            }
        }
    }
}
