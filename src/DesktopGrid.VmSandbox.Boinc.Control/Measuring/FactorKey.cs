using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Boinc.Control.Signatures;

namespace DesktopGrid.VmSandbox.Boinc.Control.Measuring;

/// <summary>What a measured factor holds for: this QEMU, this guest image, this processor.</summary>
internal static class FactorKey
{
    private const int CpuLines = 64;

    public static async Task<string> OfAsync(EngineParts engine, CancellationToken cancellationToken)
    {
        var words = new List<string> { "1", Processor() };
        // The emulator that is carried along is started by a small script beside it.
        string[] files = [engine.Emulator, Path.Combine(Path.GetDirectoryName(engine.Emulator)!, "lib", Path.GetFileName(engine.Emulator)), Path.Combine(engine.GuestImage, "manifest.json")];
        foreach (var file in files.Where(File.Exists))
        {
            words.Add((await FileDigest.OfAsync(file, cancellationToken).ConfigureAwait(false)).Sha256);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', words))));
    }

    private static string Processor()
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
