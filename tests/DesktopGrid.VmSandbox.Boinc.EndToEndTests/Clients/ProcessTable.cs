using System.Globalization;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;

/// <summary>One process as /proc shows it.</summary>
internal sealed record ListedProcess(int Id, int Parent, char State, string CommandLine, string Folder)
{
    /// <summary>What it has used of processors.</summary>
    public TimeSpan ProcessorTime { get; init; }

    public override string ToString() => $"{Id} ({State}, of {Parent}, in {Folder}): {CommandLine}";
}

/// <summary>The processes of this computer, read from /proc and not by the library that is tested.</summary>
internal static class ProcessTable
{
    /// <summary>All that live and that work in a folder or below it, or name it; zombies are processes no longer.</summary>
    public static IReadOnlyList<ListedProcess> Of(string folder) =>
        [.. All().Where(process => process.CommandLine.Contains(folder, StringComparison.Ordinal) || process.Folder == folder || process.Folder.StartsWith(folder + "/", StringComparison.Ordinal))];

    private static IEnumerable<ListedProcess> All() =>
        Directory.EnumerateDirectories("/proc").Select(static folder => Path.GetFileName(folder)).Where(static name => name.All(char.IsAsciiDigit)).Select(Read).OfType<ListedProcess>();

    private static ListedProcess? Read(string id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            // The name stands in brackets and may hold anything (proc(5)).
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X"
                ? null
                : new ListedProcess(int.Parse(id, CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture), fields[0][0],
                    File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' '), new FileInfo($"/proc/{id}/cwd").LinkTarget ?? "")
                {
                    // In hundredths of a second: the fields utime and stime.
                    ProcessorTime = TimeSpan.FromMilliseconds(10) * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)),
                };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
