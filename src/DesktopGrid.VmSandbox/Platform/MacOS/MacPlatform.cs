using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Memory;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;

namespace DesktopGrid.VmSandbox.Platform.MacOS;

/// <inheritdoc />
[SupportedOSPlatform("macos")]
internal sealed class MacPlatform : IHostPlatform
{
    // unix(4): sun_path has 104 bytes.
    private const int LongestSocketPath = 103;
    // The longest root that leaves a machine's and a socket's name their place.
    private const int LongestRoot = 70;

    private readonly MacConfinement _confinement;

    public MacPlatform(TimeProvider time)
    {
        var finder = new MacProcessFinder(time);
        _confinement = new MacConfinement(time);
        Finder = finder;
        Launcher = new MacProcessLauncher(_confinement, finder, time);
        RuntimeDirectories = new UnixRuntimeDirectories(RuntimeRoot(), LongestSocketPath);
    }

    public IProcessLauncher Launcher { get; }

    public IProcessFinder Finder { get; }

    public IProcessMeter Meter { get; } = new MacProcessMeter();

    public IRuntimeDirectories RuntimeDirectories { get; }

    /// <summary>QEMU runs as this user here.</summary>
    public IPrivateFiles Files { get; } = new UnixPrivateFiles(lendsToMachines: false);

    /// <summary>None: macOS has no file in memory that can be sealed, and its QEMU could write to what a mapping is made of.</summary>
    public IRamImages? RamImages => null;

    public QemuConditions Qemu { get; } = new()
    {
        FileName = "qemu-system-x86_64",
        // Homebrew on Apple silicon, Homebrew on Intel, MacPorts.
        InstallFolders = ["/opt/homebrew/bin", "/usr/local/bin", "/opt/local/bin"],
        InstallAdvice = "Install it: brew install qemu (Homebrew), sudo port install qemu (MacPorts); or set VMSANDBOX_QEMU to its file.",
        Accelerators = [new HostAccelerator("hvf", GuestProcessor.AbsenceOn(RuntimeInformation.OSArchitecture), [])],
    };

    /// <summary>By sysctl(3)'s machdep.cpu; the lists of features are there on Intel, where alone a guest has hardware's help.</summary>
    public string Processor => string.Join('\n', ((string[])["brand_string", "features", "leaf7_features", "extfeatures"]).Select(static name => MacNative.SystemText($"machdep.cpu.{name}")).OfType<string>()) is { Length: > 0 } found
        ? found
        : Environment.MachineName;

    /// <summary>APFS keeps the case of names and ignores it, unless it was formatted otherwise.</summary>
    public StringComparer FileNames => StringComparer.OrdinalIgnoreCase;

    public void Dispose()
    {
        Launcher.Dispose();
        _confinement.Dispose();
    }

    /// <summary>This user's own short folder, which is not swept as the ones for temporary files are: a machine may run for weeks.</summary>
    private static string RuntimeRoot() => MacNative.UserDirectory() is { Length: <= LongestRoot } folder && Directory.Exists(folder)
        ? Path.Combine(folder, "vmsandbox")
        : $"/tmp/vmsandbox-{MacNative.EffectiveUser()}";
}
