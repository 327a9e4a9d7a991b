namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;

/// <summary>Where the build's products lie: found from where the tests lie, or named by the environment as for the other tests.</summary>
internal static class Artifacts
{
    private static readonly string Root = FindRoot();

    /// <summary>Debian's client.</summary>
    public static string Client => Path.Combine(Root, "boinc", "client", "boinc");

    /// <summary>A program of this project's folder Programs, compiled by build/boinc-programs.sh.</summary>
    public static string Program(string name) => Path.Combine(Root, "boinc", "programs", name);

    /// <summary>The wrapper, compiled ahead of time.</summary>
    public static string Wrapper => Path.Combine(Root, "boinc", "wrapper", "vmsandbox-wrapper");

    /// <summary>What lies beside the wrapper and must come with it.</summary>
    public static IReadOnlyList<string> WrapperLibraries => [.. Directory.EnumerateFiles(Path.GetDirectoryName(Wrapper)!, "*.so")];

    /// <summary>A file of what a project's administrator gets: build/boinc.sh, option package.</summary>
    public static string Packaged(string name) => Path.Combine(Root, "boinc", "package", name);

    /// <summary>App versions as a project's administrator makes them: build/boinc.sh, option app-version.</summary>
    public static string Published => Path.Combine(Root, "boinc", "published");

    public static string GuestImage => Environment.GetEnvironmentVariable("VMSANDBOX_GUEST_IMAGE") ?? Path.Combine(Root, "guest", "tiny");

    public static string Qemu => Environment.GetEnvironmentVariable("VMSANDBOX_CARRIED_QEMU") ?? Path.Combine(Root, "qemu", "linux-x64", "qemu-system-x86_64");

    public static string OtherQemu => Environment.GetEnvironmentVariable("VMSANDBOX_OTHER_QEMU") ?? Path.Combine(Root, "qemu-other", "qemu-system-x86_64");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "artifacts", "boinc")))
            {
                return Path.Combine(folder.FullName, "artifacts");
            }
        }

        throw new AssertionException("artifacts/boinc is missing: build/boinc-programs.sh makes it");
    }
}
