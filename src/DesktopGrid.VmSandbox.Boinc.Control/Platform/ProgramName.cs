namespace DesktopGrid.VmSandbox.Boinc.Control.Platform;

/// <summary>What a program's file is called here.</summary>
internal static class ProgramName
{
    public static string Of(string program) => OperatingSystem.IsWindows() ? $"{program}.exe" : program;
}
