using System.Globalization;

namespace DesktopGrid.VmSandbox.IntegrationTests.Support;

/// <summary>One process as /proc shows it.</summary>
internal sealed record ListedProcess(int Id, int Parent, char State, string CommandLine);

/// <summary>The processes of this computer, read from /proc and not by the library that is tested.</summary>
internal static class ProcessTable
{
    /// <summary>All that live; zombies are processes no longer.</summary>
    public static IReadOnlyList<ListedProcess> All() =>
        [.. Directory.EnumerateDirectories("/proc").Select(static folder => Path.GetFileName(folder)).Where(static name => name.All(char.IsAsciiDigit)).Select(Read).OfType<ListedProcess>()];

    /// <summary>Those whose command line holds a text, such as a store's folder or a machine's name.</summary>
    public static IReadOnlyList<ListedProcess> Naming(string text) => [.. All().Where(process => process.CommandLine.Contains(text, StringComparison.Ordinal))];

    public static IReadOnlyList<ListedProcess> ChildrenOf(int parent) => [.. All().Where(process => process.Parent == parent)];

    public static bool IsAlive(int id) => Read(id.ToString(CultureInfo.InvariantCulture)) is not null;

    private static ListedProcess? Read(string id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            // The name stands in brackets and may hold anything (proc(5)).
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X"
                ? null
                : new ListedProcess(int.Parse(id, CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture), fields[0][0], File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' '));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
