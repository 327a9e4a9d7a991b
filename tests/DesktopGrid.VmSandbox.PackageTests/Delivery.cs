using System.IO.Compression;

namespace DesktopGrid.VmSandbox.PackageTests;

/// <summary>What build/pack.sh and build/test.sh have put into the repository's artifacts.</summary>
internal static class Delivery
{
    /// <summary>The folder of the packages.</summary>
    public static string Packages { get; } = Demand(Path.Combine("artifacts", "packages"), "build/pack.sh");

    /// <summary>The program that was published ahead of time.</summary>
    public static string AotProgram => Path.Combine(Demand(Path.Combine("artifacts", "aot-smoke"), "build/test.sh"), "DesktopGrid.VmSandbox.AotSmoke");

    /// <summary>The folder of the engine that is carried along.</summary>
    public static string Engine => Demand(Path.Combine("artifacts", "qemu", "linux-x64"), "build/qemu.sh");

    /// <summary>The folder of the guest image.</summary>
    public static string GuestImage => Demand(Path.Combine("artifacts", "guest", "tiny"), "build/guest.sh");

    /// <summary>The version that all packages share.</summary>
    public static string Version { get; } = Path.GetFileNameWithoutExtension(Find("DesktopGrid.VmSandbox.Guest", "nupkg"))["DesktopGrid.VmSandbox.Guest.".Length..];

    /// <summary>Opens a package as the archive that it is.</summary>
    public static ZipArchive Open(string name, string extension = "nupkg") => ZipFile.OpenRead(Find(name, extension));

    /// <summary>A package's file.</summary>
    public static string Find(string name, string extension) =>
        Directory.GetFiles(Packages, $"{name}.?.*.{extension}").Should().ContainSingle($"build/pack.sh makes one {name}").Subject;

    private static string Demand(string path, string maker)
    {
        var whole = Path.Combine(Root(TestContext.CurrentContext.TestDirectory), path);
        return Directory.Exists(whole) ? whole : throw new InvalidOperationException($"There is no {path}: run {maker} first.");
    }

    private static string Root(string folder) =>
        File.Exists(Path.Combine(folder, "DesktopGrid.VmSandbox.sln")) ? folder
        : Root(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not lie in their repository, so that its artifacts cannot be found."));
}
