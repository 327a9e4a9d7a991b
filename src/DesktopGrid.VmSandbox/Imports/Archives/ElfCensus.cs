using System.Buffers.Binary;

namespace DesktopGrid.VmSandbox.Imports.Archives;

/// <summary>Counts for which processors the programs and libraries of a layer are, by the heads of their files (System V ABI, "ELF header").</summary>
internal sealed class ElfCensus
{
    private const int HeadLength = 20, TypeAt = 16, MachineAt = 18;
    private const byte SixtyFourBits = 2, BigEndian = 2;
    private const int Executable = 2, Shared = 3, X86_64 = 62;

    private readonly Dictionary<int, int> _counts = [];

    /// <summary>Whether there is any program for the guest's processor.</summary>
    public bool HasOwn => _counts.ContainsKey(X86_64);

    /// <summary>The processor of most programs, where it is another one than the guest's; null where it is that, or there is no program.</summary>
    public string? Foreign =>
        _counts.Count > 0 && _counts.MaxBy(static count => count.Value) is var most && most.Key != X86_64 && most.Value > _counts.GetValueOrDefault(X86_64)
            ? NameOf(most.Key)
            : null;

    /// <summary>Looks at the beginning of a file.</summary>
    public void Look(ReadOnlySpan<byte> head)
    {
        if (head.Length < HeadLength || head[0] != 0x7F || !head[1..4].SequenceEqual("ELF"u8))
        {
            return;
        }

        var isBig = head[5] == BigEndian;
        var type = isBig ? BinaryPrimitives.ReadUInt16BigEndian(head[TypeAt..]) : BinaryPrimitives.ReadUInt16LittleEndian(head[TypeAt..]);
        var machine = isBig ? BinaryPrimitives.ReadUInt16BigEndian(head[MachineAt..]) : BinaryPrimitives.ReadUInt16LittleEndian(head[MachineAt..]);
        // Objects that are still to be linked, and the x32 programs of 64-bit processors, are nobody's.
        if (type is Executable or Shared && (machine != X86_64 || head[4] == SixtyFourBits))
        {
            _counts[machine] = _counts.GetValueOrDefault(machine) + 1;
        }
    }

    private static string NameOf(int machine) => machine switch
    {
        3 => "i386",
        8 => "mips",
        20 => "powerpc",
        21 => "ppc64",
        22 => "s390x",
        40 => "arm",
        183 => "aarch64",
        243 => "riscv",
        258 => "loongarch",
        _ => $"of the unknown kind {machine}",
    };
}
