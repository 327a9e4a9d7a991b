using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Memory;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <inheritdoc />
[SupportedOSPlatform("linux")]
internal sealed class LinuxPlatform : IHostPlatform
{
    private const string KvmDevice = "/dev/kvm";
    // unix(7): sun_path has 108 bytes.
    private const int LongestSocketPath = 107;

    private readonly LinuxConfinement _confinement;

    public LinuxPlatform(TimeProvider time)
    {
        var root = RuntimeRoot();
        var finder = new LinuxProcessFinder(time);
        _confinement = new LinuxConfinement(time);
        RuntimeDirectories = new UnixRuntimeDirectories(root, LongestSocketPath);
        Finder = finder;
        Launcher = new LinuxProcessLauncher(_confinement, finder, root, time);
    }

    public IProcessLauncher Launcher { get; }

    public IProcessFinder Finder { get; }

    public IProcessMeter Meter { get; } = new LinuxProcessMeter();

    public IRuntimeDirectories RuntimeDirectories { get; }

    public IPrivateFiles Files { get; } = new UnixPrivateFiles(lendsToMachines: LinuxNative.IsRoot);

    public IRamImages? RamImages { get; } = new LinuxRamImages();

    public QemuConditions Qemu { get; } = new()
    {
        FileName = "qemu-system-x86_64",
        InstallFolders = ["/usr/bin", "/usr/local/bin", "/opt/qemu/bin", "/usr/libexec", "/snap/bin"],
        InstallAdvice = "Install it: apt install qemu-system-x86 (Debian, Ubuntu), dnf install qemu-system-x86-core (Fedora); or set VMSANDBOX_QEMU to its file.",
        HasOwnFilter = true,
        TakesPagesBack = true,
        Accelerators = [new HostAccelerator("kvm", GuestProcessor.AbsenceOn(RuntimeInformation.OSArchitecture) ?? (File.Exists(KvmDevice) ? null : $"this host has no {KvmDevice}"), [KvmDevice])],
    };

    /// <summary>By /proc/cpuinfo (proc(5)).</summary>
    public string Processor => ProcFile.ParseProcessor(ProcFile.Read("/proc/cpuinfo")) ?? Environment.MachineName;

    public StringComparer FileNames => StringComparer.Ordinal;

    public void Dispose()
    {
        Launcher.Dispose();
        _confinement.Dispose();
    }

    /// <summary>The login's own directory where there is one (XDG Base Directory Specification); it is short, private and in memory.</summary>
    private static string RuntimeRoot()
    {
        var session = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return LinuxNative.IsRoot
            ? "/run/vmsandbox"
            : session is { Length: > 0 and < 60 } && Directory.Exists(session)
                ? Path.Combine(session, "vmsandbox")
                : $"/tmp/vmsandbox-{LinuxNative.EffectiveUser()}";
    }
}
