using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>The few C library calls that .NET has no name for. Each is described in its page of section 2 or 3 of the Linux manual.</summary>
[SupportedOSPlatform("linux")]
internal static partial class LinuxNative
{
    public const int SignalKill = 9;

    // sysconf(3): _SC_CLK_TCK of glibc and musl.
    private const int ClockTicks = 2;

    public static bool IsRoot => EffectiveUser() == 0;

    public static long TicksPerSecond => SystemConfiguration(ClockTicks);

    /// <summary>kill(2). A process that is gone is no failure.</summary>
    public static void Kill(int processId) => _ = Kill(processId, SignalKill);

    /// <summary>lchown(2); false with the reason in the last error.</summary>
    public static bool ChangeOwner(string path, uint user, uint group) => ChangeLinkOwner(path, user, group) == 0;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "sysconf")]
    private static partial long SystemConfiguration(int name);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeLinkOwner(string path, uint user, uint group);
}
