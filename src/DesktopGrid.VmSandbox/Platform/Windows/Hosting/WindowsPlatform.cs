using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;

namespace DesktopGrid.VmSandbox.Platform.Windows.Hosting;

/// <inheritdoc />
[SupportedOSPlatform("windows")]
internal sealed class WindowsPlatform : IHostPlatform
{
    private readonly WindowsConfinement _confinement;

    public WindowsPlatform(TimeProvider time)
    {
        _confinement = new WindowsConfinement(time);
        Launcher = new WindowsProcessLauncher(_confinement, time);
        var user = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        // The temporary folder by its long name: TEMP may hold the short one, in which sockets were seen to fail.
        RuntimeDirectories = new WindowsRuntimeDirectories([
            Path.Combine(user, "Temp", "vmsandbox"),
            Path.Combine(user, "vmsandbox"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), $"vmsandbox-{Environment.UserName}"),
        ]);
    }

    public IProcessLauncher Launcher { get; }

    public IProcessFinder Finder { get; } = new WindowsProcessFinder();

    public IProcessMeter Meter { get; } = new WindowsProcessMeter();

    public IRuntimeDirectories RuntimeDirectories { get; }

    public IPrivateFiles Files { get; } = new WindowsPrivateFiles();

    public QemuConditions Qemu { get; } = new()
    {
        FileName = "qemu-system-x86_64.exe",
        InstallFolders = Folders(),
        InstallAdvice = "Install it: winget install SoftwareFreedomConservancy.QEMU; or set VMSANDBOX_QEMU to its file.",
        Accelerators = [new HostAccelerator("whpx", GuestProcessor.AbsenceOn(RuntimeInformation.OSArchitecture) ?? HypervisorAbsence(), [])],
    };

    public StringComparer FileNames => StringComparer.OrdinalIgnoreCase;

    public void Dispose()
    {
        Launcher.Dispose();
        _confinement.Dispose();
    }

    /// <summary>QEMU's own installer, then MSYS2, Scoop.</summary>
    private static string[] Folders() =>
    [
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "qemu"),
        @"C:\msys64\ucrt64\bin",
        @"C:\msys64\mingw64\bin",
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "scoop", "apps", "qemu", "current"),
    ];

    /// <summary>The library comes with the optional feature.</summary>
    private static string? HypervisorAbsence() => File.Exists(Path.Combine(Environment.SystemDirectory, "WinHvPlatform.dll"))
        ? null
        : "the Windows feature HypervisorPlatform is off; an administrator switches it on with: dism /online /enable-feature /featurename:HypervisorPlatform";
}
