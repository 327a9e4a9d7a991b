using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.Platform.Linux;

namespace DesktopGrid.VmSandbox.Tests.Platform.Linux;

/// <summary>What the filter answers, call by call; the numbers are those of asm/unistd_64.h and asm-generic/unistd.h.</summary>
public sealed class SeccompFilterTests
{
    private const uint Allow = 0x7fff0000, KillProcess = 0x80000000, NotPermitted = 0x00050001, NotImplemented = 0x00050026;
    private const uint X64 = 0xc000003e, Arm64 = 0xc00000b7, I386 = 0x40000003;
    private const ulong CloneThread = 0x10000, PosixThread = 0x3d0f00, Fork = 0x1200011;

    private static readonly Dictionary<string, (uint X64, uint Arm64)> Numbers = new()
    {
        ["read"] = (0, 63),
        ["write"] = (1, 64),
        ["openat"] = (257, 56),
        ["mmap"] = (9, 222),
        ["mprotect"] = (10, 226),
        ["futex"] = (202, 98),
        ["ppoll"] = (271, 73),
        ["ioctl"] = (16, 29),
        ["fallocate"] = (285, 47),
        ["accept4"] = (288, 242),
        ["bind"] = (49, 200),
        ["listen"] = (50, 201),
        ["sendmsg"] = (46, 211),
        ["recvmsg"] = (47, 212),
        ["eventfd2"] = (290, 19),
        ["timerfd_settime"] = (286, 86),
        ["exit_group"] = (231, 94),
        ["execve"] = (59, 221),
        ["clone"] = (56, 220),
        ["clone3"] = (435, 435),
        ["socket"] = (41, 198),
        ["ptrace"] = (101, 117),
        ["process_vm_readv"] = (310, 270),
        ["process_vm_writev"] = (311, 271),
        ["mount"] = (165, 40),
        ["umount2"] = (166, 39),
        ["pivot_root"] = (155, 41),
        ["setns"] = (308, 268),
        ["unshare"] = (272, 97),
        ["keyctl"] = (250, 219),
        ["add_key"] = (248, 217),
        ["request_key"] = (249, 218),
        ["bpf"] = (321, 280),
        ["perf_event_open"] = (298, 241),
        ["kexec_load"] = (246, 104),
        ["kexec_file_load"] = (320, 294),
        ["reboot"] = (169, 142),
        ["init_module"] = (175, 105),
        ["finit_module"] = (313, 273),
        ["delete_module"] = (176, 106),
        ["userfaultfd"] = (323, 282),
        ["io_uring_setup"] = (425, 425),
        ["open_by_handle_at"] = (304, 265),
        ["open_tree"] = (428, 428),
        ["move_mount"] = (429, 429),
        ["fsopen"] = (430, 430),
    };

    [Test]
    public void What_QEMU_needs_is_allowed(
        [Values("read", "write", "openat", "mmap", "mprotect", "futex", "ppoll", "ioctl", "fallocate", "accept4", "bind", "listen", "sendmsg", "recvmsg", "eventfd2", "timerfd_settime", "exit_group", "execve")] string call,
        [Values(Architecture.X64, Architecture.Arm64)] Architecture architecture) => Ask(architecture, call).Should().Be(Allow);

    [Test]
    public void What_reaches_other_processes_or_the_kernels_inner_parts_is_not_permitted(
        [Values("ptrace", "process_vm_readv", "process_vm_writev", "mount", "umount2", "pivot_root", "setns", "unshare", "keyctl", "add_key", "request_key", "bpf", "perf_event_open", "kexec_load", "kexec_file_load", "reboot", "init_module", "finit_module", "delete_module", "userfaultfd", "io_uring_setup", "open_by_handle_at", "open_tree", "move_mount", "fsopen")] string call,
        [Values(Architecture.X64, Architecture.Arm64)] Architecture architecture) => Ask(architecture, call).Should().Be(NotPermitted);

    [TestCase(57u, Description = "fork")]
    [TestCase(58u, Description = "vfork")]
    public void The_old_ways_to_a_process_are_closed(uint number) => BpfInterpreter.Run(Filter(Architecture.X64), X64, number).Should().Be(NotPermitted);

    [Test]
    public void A_thread_can_be_made_and_a_process_cannot([Values(Architecture.X64, Architecture.Arm64)] Architecture architecture)
    {
        Ask(architecture, "clone", PosixThread).Should().Be(Allow);
        Ask(architecture, "clone", CloneThread).Should().Be(Allow);
        Ask(architecture, "clone", Fork).Should().Be(NotPermitted);
        Ask(architecture, "clone", 0).Should().Be(NotPermitted);
        // The high half is not looked at by the kernel's clone either.
        Ask(architecture, "clone", 0x1_0000_0000).Should().Be(NotPermitted);
    }

    [Test]
    public void The_newest_way_is_not_there_so_that_libraries_take_the_one_that_can_be_judged([Values(Architecture.X64, Architecture.Arm64)] Architecture architecture) =>
        Ask(architecture, "clone3").Should().Be(NotImplemented);

    [TestCase(1u, Allow, Description = "AF_UNIX")]
    [TestCase(2u, NotPermitted, Description = "AF_INET")]
    [TestCase(10u, NotPermitted, Description = "AF_INET6")]
    [TestCase(16u, NotPermitted, Description = "AF_NETLINK")]
    [TestCase(17u, NotPermitted, Description = "AF_PACKET")]
    [TestCase(38u, NotPermitted, Description = "AF_ALG")]
    [TestCase(40u, NotPermitted, Description = "AF_VSOCK")]
    public void Only_local_sockets_can_be_made(uint family, uint answer)
    {
        Ask(Architecture.X64, "socket", family).Should().Be(answer);
        Ask(Architecture.Arm64, "socket", family).Should().Be(answer);
    }

    [Test]
    public void Calls_in_another_architectures_numbers_end_the_process()
    {
        BpfInterpreter.Run(Filter(Architecture.X64), I386, 2).Should().Be(KillProcess);
        BpfInterpreter.Run(Filter(Architecture.X64), Arm64, 63).Should().Be(KillProcess);
        BpfInterpreter.Run(Filter(Architecture.Arm64), X64, 0).Should().Be(KillProcess);
    }

    [TestCase(0x40000000u)]
    [TestCase(0x40000039u, Description = "fork in x32")]
    [TestCase(0xffffffffu)]
    public void The_second_set_of_numbers_is_not_permitted(uint number) => BpfInterpreter.Run(Filter(Architecture.X64), X64, number).Should().Be(NotPermitted);

    [Test]
    public void Every_number_gets_an_answer()
    {
        foreach (var (architecture, audit) in new[] { (Architecture.X64, X64), (Architecture.Arm64, Arm64) })
        {
            var filter = Filter(architecture);
            Enumerable.Range(0, 600).Select(number => BpfInterpreter.Run(filter, audit, (uint)number)).Should().OnlyContain(static answer => answer == Allow || answer == NotPermitted || answer == NotImplemented);
        }
    }

    [Test]
    public void There_is_none_for_an_architecture_without_a_table() => SeccompFilter.Build(Architecture.LoongArch64).Should().BeNull();

    private static uint Ask(Architecture architecture, string call, ulong first = 0) => architecture is Architecture.X64
        ? BpfInterpreter.Run(Filter(architecture), X64, Numbers[call].X64, first)
        : BpfInterpreter.Run(Filter(architecture), Arm64, Numbers[call].Arm64, first);

    private static byte[] Filter(Architecture architecture) => SeccompFilter.Build(architecture)!;
}
