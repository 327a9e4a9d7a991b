using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>
/// Our system-call filter in classic BPF, in the form that bubblewrap takes (an array of struct sock_filter, seccomp(2)). It is in force
/// before the payload's first instruction: no new process, no socket but Unix ones, none of the calls by which a process reaches others
/// or the kernel's inner parts. What is refused answers EPERM, so that QEMU falls back where it can.
/// </summary>
internal static class SeccompFilter
{
    private const uint Allow = 0x7fff0000, KillProcess = 0x80000000, Refuse = 0x00050000 | 1, NotThere = 0x00050000 | 38;
    private const ushort Load = 0x20, JumpEqual = 0x15, JumpAtLeast = 0x35, JumpBits = 0x45, Return = 0x06;
    private const uint NumberOffset = 0, ArchitectureOffset = 4, FirstArgumentOffset = 16;
    private const uint CloneThread = 0x10000, AddressFamilyUnix = 1, X32Bit = 0x40000000;

    /// <summary>Numbers of one architecture, from the kernel's system-call tables; Fork and Fork3 are clone and clone3.</summary>
    private sealed record Calls(uint Architecture, uint Fork, uint Fork3, uint Socket, uint[] Refused);

    // Refused, in order: (fork, vfork,) ptrace, process_vm_readv, process_vm_writev, mount, umount2, pivot_root, setns, unshare, keyctl,
    // add_key, request_key, bpf, perf_event_open, kexec_load, kexec_file_load, reboot, init_module, finit_module, delete_module,
    // userfaultfd, io_uring_setup, open_by_handle_at, open_tree, move_mount, fsopen.
    private static readonly Calls X64 = new(0xc000003e, 56, 435, 41,
        [57, 58, 101, 310, 311, 165, 166, 155, 308, 272, 250, 248, 249, 321, 298, 246, 320, 169, 175, 313, 176, 323, 425, 304, 428, 429, 430]);

    private static readonly Calls Arm64 = new(0xc00000b7, 220, 435, 198,
        [117, 270, 271, 40, 39, 41, 268, 97, 219, 217, 218, 280, 241, 104, 294, 142, 105, 273, 106, 282, 425, 265, 428, 429, 430]);

    /// <summary>The filter of this machine's architecture; null where none is written for it.</summary>
    public static byte[]? Build() => Build(RuntimeInformation.OSArchitecture);

    /// <summary>The filter of a named architecture.</summary>
    public static byte[]? Build(Architecture architecture) => architecture switch
    {
        Architecture.X64 => Assemble(X64),
        Architecture.Arm64 => Assemble(Arm64),
        _ => null,
    };

    private static byte[] Assemble(Calls calls)
    {
        var program = new List<(ushort Code, byte IfTrue, byte IfFalse, uint Value)>
        {
            (Load, 0, 0, ArchitectureOffset),
            (JumpEqual, 1, 0, calls.Architecture),
            (Return, 0, 0, KillProcess),
            (Load, 0, 0, NumberOffset),
            // The x32 interface has numbers of its own for the same calls.
            (JumpAtLeast, 0, 1, X32Bit),
            (Return, 0, 0, Refuse),
        };
        foreach (var number in calls.Refused)
        {
            program.Add((JumpEqual, 0, 1, number));
            program.Add((Return, 0, 0, Refuse));
        }

        // clone3 hides its flags behind a pointer that a filter cannot read; glibc then falls back to clone.
        program.Add((JumpEqual, 0, 1, calls.Fork3));
        program.Add((Return, 0, 0, NotThere));
        // clone makes threads, and nothing else.
        program.Add((JumpEqual, 0, 4, calls.Fork));
        program.Add((Load, 0, 0, FirstArgumentOffset));
        program.Add((JumpBits, 1, 0, CloneThread));
        program.Add((Return, 0, 0, Refuse));
        program.Add((Return, 0, 0, Allow));
        program.Add((JumpEqual, 0, 4, calls.Socket));
        program.Add((Load, 0, 0, FirstArgumentOffset));
        program.Add((JumpEqual, 1, 0, AddressFamilyUnix));
        program.Add((Return, 0, 0, Refuse));
        program.Add((Return, 0, 0, Allow));
        program.Add((Return, 0, 0, Allow));

        var bytes = new byte[program.Count * 8];
        for (var i = 0; i < program.Count; i++)
        {
            var line = bytes.AsSpan(i * 8, 8);
            BinaryPrimitives.WriteUInt16LittleEndian(line, program[i].Code);
            line[2] = program[i].IfTrue;
            line[3] = program[i].IfFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(line[4..], program[i].Value);
        }

        return bytes;
    }
}
