using System.IO.Compression;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.Packages;

namespace DesktopGrid.VmSandbox.IntegrationTests.Packages;

/// <summary>
/// A package of GenWrapper's as a project would give it out: two ordinary programs in the application's archive, a profile, and a script that calls
/// them and the tools of a shell. Nothing in it knows of this library.
/// </summary>
internal sealed class PrimesPackage
{
    private const string Application = "primes_1.0_x86_64-pc-linux-gnu";

    private PrimesPackage(string folder) => Folder = folder;

    public string Folder { get; }

    public GenWrapperPackage Package => new() { Folder = Folder };

    public static async Task<PrimesPackage> MakeAsync(string folder, string script, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, Application), "the launcher, which is of no use here", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "profile.sh"), "export GREETING='good day'\nPATH=$PATH:$PWD/bin\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "wu_script.sh"), script, cancellationToken);
        await using var archive = await ZipFile.OpenAsync(Path.Combine(folder, $"{Application}.zip"), ZipArchiveMode.Create, cancellationToken);
        foreach (var program in (string[])["sieve", "digest"])
        {
            // The mark that it may be run comes along.
            await archive.CreateEntryFromFileAsync(await GuestProgram.CompileAsync(program, "Packages", cancellationToken), $"bin/{program}", cancellationToken);
        }

        return new PrimesPackage(folder);
    }

    /// <summary>Runs one of its programs on the host.</summary>
    public static async Task<string> OnHostAsync(string program, CancellationToken cancellationToken, params string[] arguments) =>
        await GuestProgram.RunOnHostAsync(await GuestProgram.CompileAsync(program, "Packages", cancellationToken), arguments);
}
