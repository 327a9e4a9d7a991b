using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.GlobinSearch;

/// <summary>The whole work in one object: every file of a folder goes in, the script runs, the reports come out.</summary>
internal static class GlobinJob
{
    private static readonly string[] _programs = ["search.sh", "hmmbuild", "hmmsearch"];

    public static string GlobinReport => "globins45.out";

    public static string GeneratedReport => "generated.out";

    public static SandboxJob Describe(string inputs, string results) => new()
    {
        Program = "search.sh",
        // The libraries that the programs need besides glibc came along; the guest has none but glibc.
        Environment = new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = "lib" },
        Inputs = [.. Directory.EnumerateFiles(inputs, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => Input(inputs, file))],
        Outputs = [Output(results, "globins4.hmm"), Output(results, GlobinReport), Output(results, GeneratedReport)],
        Limits = new JobLimits { WallTime = TimeSpan.FromMinutes(30) },
    };

    private static JobFile Input(string folder, string file)
    {
        var path = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
        return JobFile.FromHost(file, path, isExecutable: _programs.Contains(path));
    }

    private static JobOutput Output(string folder, string name) => new(name, Path.Combine(folder, name));
}
