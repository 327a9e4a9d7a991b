using System.Security.Cryptography;
using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Boinc.Control.Platform;
using DesktopGrid.VmSandbox.Boinc.Control.Signatures;

namespace DesktopGrid.VmSandbox.Boinc.Control.Measuring;

/// <summary>What a measured factor holds for: this QEMU, this guest image, this processor.</summary>
internal static class FactorKey
{
    public static async Task<string> OfAsync(EngineParts engine, CancellationToken cancellationToken)
    {
        var words = new List<string> { "1", HostKind.Processor };
        // The emulator that is carried along is started by a small script beside it.
        string[] files = [engine.Emulator, Path.Combine(Path.GetDirectoryName(engine.Emulator)!, "lib", Path.GetFileName(engine.Emulator)), Path.Combine(engine.GuestImage, "manifest.json")];
        foreach (var file in files.Where(File.Exists))
        {
            words.Add((await FileDigest.OfAsync(file, cancellationToken).ConfigureAwait(false)).Sha256);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', words))));
    }
}
