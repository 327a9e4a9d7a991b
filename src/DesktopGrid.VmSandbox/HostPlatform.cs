using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Linux;
using DesktopGrid.VmSandbox.Platform.MacOS;
using DesktopGrid.VmSandbox.Platform.Windows.Hosting;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qemu.Discovery;

namespace DesktopGrid.VmSandbox;

/// <summary>Chooses the operating system's side: a joining of parts, and so the front door's.</summary>
internal static class HostPlatform
{
    /// <exception cref="PlatformException">This operating system is neither Linux nor Windows nor macOS (<c>PlatformUnsupported</c>).</exception>
    public static IHostPlatform Create(TimeProvider time) =>
        HostSystem.IsLinux ? new LinuxPlatform(time)
        : HostSystem.IsWindows ? new WindowsPlatform(time)
        : HostSystem.IsMacOS ? new MacPlatform(time)
        : throw new PlatformException(SandboxErrorCode.PlatformUnsupported, $"DesktopGrid.VmSandbox runs on Linux, Windows and macOS, not on {RuntimeInformation.OSDescription}.");

    /// <summary>The emulator that machines of these options would be run with; for who has to name it to others.</summary>
    /// <exception cref="QemuException">There is none.</exception>
    public static string FindQemu(QemuOptions options, TimeProvider time)
    {
        using var platform = Create(time);
        return new QemuLocator(platform, options).Find().Path;
    }
}
