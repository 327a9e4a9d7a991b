#pragma warning disable CA1852, CA2211, IDE0044 // What these analyzers would say as well: the sample is here to be found by our own rules.
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Samples;

/// <summary>Breaks a rule in each of its members.</summary>
public class Sloppy
{
    private static readonly List<string> Remembered = [];
    private static int _count;

    public static int Counter => _count;

    public static string Ask() => OperatingSystem.IsWindows() ? "windows" : RuntimeInformation.IsOSPlatform(OSPlatform.Linux) ? "linux" : "other";

    public static void Leave() => Process.Start("true").Dispose();

    public static async Task WaitAsync()
    {
        await Task.Yield();
        Remembered.Add($"{++_count}");
    }
}
