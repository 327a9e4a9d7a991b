using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Control.Platform;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Boinc.Control.Installation;

/// <summary>Finds QEMU and the guest image as the library does, and the wrapper where people and packages put it.</summary>
internal sealed class EngineFinder(QemuOptions qemu, string? guestImage, string? wrapper, TimeProvider time)
{
    /// <summary>The variable that names the wrapper's file.</summary>
    public const string WrapperVariable = "VMSANDBOX_WRAPPER";

    private const string BundleManifest = "manifest.json", WrapperProgram = AppInfoWriter.WrapperName;

    /// <exception cref="SandboxException">Something is missing; the message says what.</exception>
    public EngineParts Find()
    {
        var emulator = HostPlatform.FindQemu(qemu, time);
        var folder = Path.GetDirectoryName(emulator)!;
        // A QEMU with a list of its files beside it is one that is carried along; the system's own stays where it is.
        var bundle = File.Exists(Path.Combine(folder, BundleManifest)) ? folder : null;
        var image = Path.GetFullPath(ImageLocator.Find(guestImage));
        return Directory.Exists(image)
            ? new EngineParts(emulator, bundle, image, FindWrapper())
            : throw new BoincException(SandboxErrorCode.BoincFileMissing, $"The guest image is not at {image}.") { Advice = $"Name its folder by --guest-image or {ImageLocator.Variable}, or put it beside vmsandbox as vmsandbox-guest." };
    }

    private string FindWrapper()
    {
        var own = AppContext.BaseDirectory;
        var file = ProgramName.Of(WrapperProgram);
        var named = wrapper ?? (Environment.GetEnvironmentVariable(WrapperVariable) is { Length: > 0 } value ? value : null);
        string[] places = named is not null ? [named] : [Path.Combine(own, file), Path.Combine(own, WrapperProgram, file)];
        var found = Array.Find(places, File.Exists)
            ?? throw new BoincException(SandboxErrorCode.BoincFileMissing, $"The wrapper is not {(named is null ? "beside vmsandbox" : $"at {named}")}.") { Advice = $"Put {file} beside vmsandbox, or name it by --wrapper or {WrapperVariable}." };
        return File.ResolveLinkTarget(found, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(found);
    }
}
