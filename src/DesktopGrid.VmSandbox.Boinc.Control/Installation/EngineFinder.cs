using DesktopGrid.VmSandbox.Boinc.Control.Platform;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Installation;

/// <summary>Finds QEMU, the guest image and the wrapper where people and packages put them, as the library does.</summary>
internal sealed class EngineFinder(string? emulator, string? guestImage, string? wrapper)
{
    /// <summary>The variable that names the wrapper's file.</summary>
    public const string WrapperVariable = "VMSANDBOX_WRAPPER";

    private const string EmulatorVariable = "VMSANDBOX_QEMU", EmulatorProgram = "qemu-system-x86_64", CarriedFolder = "vmsandbox-qemu", BundleManifest = "manifest.json", WrapperProgram = "vmsandbox-wrapper";

    /// <exception cref="SandboxException">Something is missing; the message says what.</exception>
    public EngineParts Find()
    {
        var own = AppContext.BaseDirectory;
        string emulatorFile = ProgramPlaces.FileName(EmulatorProgram), wrapperFile = ProgramPlaces.FileName(WrapperProgram);
        var foundEmulator = Find("QEMU", emulator, EmulatorVariable, ProgramPlaces.Folders.Prepend(Path.Combine(own, CarriedFolder)).Select(folder => Path.Combine(folder, emulatorFile)), "Install QEMU's x86-64 system emulator, or name it by --qemu.");
        var foundWrapper = Find("The wrapper", wrapper, WrapperVariable, [Path.Combine(own, wrapperFile), Path.Combine(own, WrapperProgram, wrapperFile)], $"Put {wrapperFile} beside vmsandbox, or name it by --wrapper or {WrapperVariable}.");
        var folder = Path.GetDirectoryName(foundEmulator)!;
        // A QEMU with a list of its files beside it is one that is carried along; the system's own stays where it is.
        var bundle = File.Exists(Path.Combine(folder, BundleManifest)) ? folder : null;
        return new EngineParts(foundEmulator, bundle, Path.GetFullPath(ImageLocator.Find(guestImage)), foundWrapper);
    }

    private static string Find(string what, string? named, string variable, IEnumerable<string> places, string advice)
    {
        named ??= Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
        var found = (named is null ? places : [named]).FirstOrDefault(File.Exists)
            ?? throw new BoincException(SandboxErrorCode.BoincFileMissing, $"{what} is not {(named is null ? "beside vmsandbox or in the usual folders" : $"at {named}")}.") { Advice = advice };
        return File.ResolveLinkTarget(found, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(found);
    }
}
