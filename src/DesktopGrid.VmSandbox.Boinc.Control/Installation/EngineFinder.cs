using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qemu.Discovery;

namespace DesktopGrid.VmSandbox.Boinc.Control.Installation;

/// <summary>Finds QEMU, the guest image and the wrapper where people and packages put them.</summary>
internal sealed class EngineFinder(IHostPlatform platform, QemuOptions qemu, string? guestImage, string? wrapper)
{
    /// <summary>The variable that names the wrapper's file.</summary>
    public const string WrapperVariable = "VMSANDBOX_WRAPPER";

    private const string BundleManifest = "manifest.json", WrapperFile = "vmsandbox-wrapper";

    /// <exception cref="SandboxException">Something is missing; the message says what.</exception>
    public EngineParts Find()
    {
        var (emulator, _) = new QemuLocator(platform, qemu).Find();
        var folder = Path.GetDirectoryName(emulator)!;
        // A QEMU with a list of its files beside it is one that is carried along; the system's own stays where it is.
        var bundle = File.Exists(Path.Combine(folder, BundleManifest)) ? folder : null;
        return new EngineParts(emulator, bundle, Path.GetFullPath(ImageLocator.Find(guestImage)), FindWrapper());
    }

    private string FindWrapper()
    {
        var named = wrapper ?? Environment.GetEnvironmentVariable(WrapperVariable);
        var name = OperatingSystem.IsWindows() ? $"{WrapperFile}.exe" : WrapperFile;
        string[] places = named is { Length: > 0 } ? [named] : [Path.Combine(AppContext.BaseDirectory, name), Path.Combine(AppContext.BaseDirectory, WrapperFile, name)];
        return Array.Find(places, File.Exists) is { } found
            ? Path.GetFullPath(found)
            : throw new BoincException(SandboxErrorCode.BoincFileMissing, $"The wrapper is not at {places[0]}.") { Advice = $"Put {name} beside vmsandbox, or name it by --wrapper or {WrapperVariable}." };
    }
}
