using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Options;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Setup;

/// <summary>How much memory a task's machine gets: what the project says that the program needs, within what the client lets the task have.</summary>
internal static class MachineSize
{
    /// <summary>What a guest needs for itself beside its program, and the tenth of its memory that goes with it: measured with the tiny image, 174 to 600 MiB.</summary>
    public const int GuestMiB = 80;

    /// <summary>
    /// What is counted beside the guest's memory: this process (50 MiB, measured) and QEMU under emulation (25 MiB when it begins, and up to 100 with the code that
    /// it has translated).
    /// </summary>
    public const int BesideMiB = 160;

    private const double MiB = 1024 * 1024;
    private const int Least = 128;
    private const int Usual = 256;
    private const int Most = 65_536;

    /// <summary>Chooses.</summary>
    /// <exception cref="BoincException">The client lets the task have less than the smallest machine takes (transient: it may have more at night).</exception>
    public static int Choose(WrapperOptions options, AppInitData? initData, Heartbeat? heartbeat)
    {
        var wanted = options.MemoryMiB ?? (initData is { MemoryBound: > 0 } data ? (int)Math.Clamp(Math.Ceiling(data.MemoryBound * 1.1 / MiB) + GuestMiB, Least, Most) : Usual);
        if (heartbeat is not { MaxResidentBytes: > 0 and var most })
        {
            return wanted;
        }

        var room = (int)Math.Clamp((most / MiB) - BesideMiB, 0, Most);
        return room >= Least || room >= wanted
            ? Math.Min(wanted, room)
            : throw new BoincException(SandboxErrorCode.BoincUnsupported, $"The client lets this task have {most / MiB:F0} MiB of memory; a sandbox takes {Least + BesideMiB} MiB at least.") { IsTransient = true };
    }
}
