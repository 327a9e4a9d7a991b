using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.Boinc.Control.Platform;

/// <summary>Which operating system and processor this is.</summary>
internal static class HostKind
{
    private const int CpuLines = 64;

    /// <summary>Whether Linux programs for x86-64 run here as they are.</summary>
    public static bool RunsLinuxPrograms => OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64;

    /// <summary>Whether the client is mostly started by its Manager, and not by the system.</summary>
    public static bool HasManagerClient => OperatingSystem.IsWindows() || OperatingSystem.IsMacOS();

    /// <summary>The processor's name, as far as it is known.</summary>
    public static string Processor
    {
        get
        {
            try
            {
                var model = OperatingSystem.IsLinux() ? File.ReadLines("/proc/cpuinfo").Take(CpuLines).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
                return model ?? $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture} {Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")}";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return "";
            }
        }
    }
}
