namespace DesktopGrid.VmSandbox.Boinc.Control.Platform;

/// <summary>What programs are called here, and where they are put.</summary>
internal static class ProgramPlaces
{
    /// <summary>A program's file name.</summary>
    public static string FileName(string program) => OperatingSystem.IsWindows() ? $"{program}.exe" : program;

    /// <summary>The folders of PATH, and those into which installers put QEMU. A relative one would mean another program in every directory.</summary>
    public static IEnumerable<string> Folders => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Concat(OperatingSystem.IsWindows() ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "qemu")]
            : OperatingSystem.IsMacOS() ? ["/opt/homebrew/bin", "/usr/local/bin"]
            : ["/usr/bin", "/usr/local/bin"])
        .Where(Path.IsPathFullyQualified);
}
