using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Memory;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;
using Microsoft.Win32;

namespace DesktopGrid.VmSandbox.Platform.Windows.Hosting;

/// <inheritdoc />
[SupportedOSPlatform("windows")]
internal sealed class WindowsPlatform : IHostPlatform
{
    private const string ProcessorKey = @"HKEY_LOCAL_MACHINE\HARDWARE\DESCRIPTION\System\CentralProcessor\0";

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

    /// <summary>None: QEMU has no memory backend of a file on Windows.</summary>
    public IRamImages? RamImages => null;

    public QemuConditions Qemu { get; } = new()
    {
        FileName = "qemu-system-x86_64.exe",
        InstallFolders = Folders(),
        InstallAdvice = "Install it: winget install SoftwareFreedomConservancy.QEMU; or set VMSANDBOX_QEMU to its file.",
        Accelerators = [new HostAccelerator("whpx", GuestProcessor.AbsenceOn(RuntimeInformation.OSArchitecture) ?? HypervisorAbsence(), [])],
    };

    /// <summary>
    /// By what the kernel notes of the first processor at each boot, in HARDWARE\DESCRIPTION\System\CentralProcessor\0 of the registry: its name, its family,
    /// model and stepping, its maker, and a number of the features that the kernel uses. PROCESSOR_IDENTIFIER, which is in every process's environment, is the
    /// second of them; one process's environment may be another's invention, the registry's key is the kernel's alone to write.
    /// </summary>
    public string Processor => string.Join('\n', ((string[])["ProcessorNameString", "Identifier", "VendorIdentifier", "FeatureSet"]).Select(static name => Registry.GetValue(ProcessorKey, name, null)?.ToString()).OfType<string>()) is { Length: > 0 } found
        ? found
        : Environment.MachineName;

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
