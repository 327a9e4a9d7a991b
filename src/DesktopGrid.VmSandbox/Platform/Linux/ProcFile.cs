using System.Globalization;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>Reads /proc, as proc(5) describes it. Every answer may be null: the process may end at any moment.</summary>
[SupportedOSPlatform("linux")]
internal static class ProcFile
{
    private static readonly string[] ProcessorLines = ["vendor_id", "cpu family", "model", "model name", "stepping", "flags"];

    /// <summary>What of /proc/PID/stat is used here.</summary>
    internal sealed record Stat(char State, int Parent, int Session, long UserTicks, long SystemTicks, long StartTicks);

    public static string BootId { get; } = Read("/proc/sys/kernel/random/boot_id")?.Trim() ?? "";

    public static Stat? ReadStat(int processId) =>
        Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat")) is { } text ? ParseStat(text) : null;

    /// <summary>The command name stands in brackets and may hold anything: fields are counted from its last bracket.</summary>
    public static Stat? ParseStat(string text)
    {
        var fields = text[(text.LastIndexOf(')') + 1)..].TrimStart(' ').Split(' ');
        return fields.Length < 20
            ? null
            : new Stat(fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture), Number(fields[11]), Number(fields[12]), Number(fields[19]));
    }

    public static ProcessIdentity? Identify(int processId) =>
        ReadStat(processId) is { } stat ? new ProcessIdentity(processId, stat.StartTicks, BootId) : null;

    /// <summary>The words of its command line; null for a zombie, which has none.</summary>
    public static IReadOnlyList<string>? CommandLine(int processId) =>
        Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/cmdline")) is { Length: > 0 } text ? text[..^1].Split('\0') : null;

    /// <summary>
    /// The children of a process of one thread: the kernel has a list where it was built to (CONFIG_PROC_CHILDREN); else every process is asked
    /// for its parent, which takes milliseconds.
    /// </summary>
    public static IEnumerable<int> ChildrenOf(int processId) =>
        Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/task/{processId}/children")) is { } list
            ? list.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static id => int.Parse(id, CultureInfo.InvariantCulture))
            : ChildrenByParent(processId);

    /// <summary>The same, found by every process's own word.</summary>
    public static IEnumerable<int> ChildrenByParent(int processId) => AllProcesses().Where(candidate => ReadStat(candidate)?.Parent == processId);

    /// <summary>
    /// What /proc/cpuinfo says that the first processor is and can do: the lines that do not change while it runs, such as its frequency does. Its flags
    /// are those that the kernel uses, less what it was told or has learnt to leave alone, and of these KVM gives a guest its own.
    /// </summary>
    public static string? ParseProcessor(string? text)
    {
        var lines = (text ?? "").Split('\n').TakeWhile(static line => line.Length > 0).Select(static line => line.Split(':', 2))
            .Where(static line => line.Length == 2 && ProcessorLines.Contains(line[0].TrimEnd())).Select(static line => $"{line[0].TrimEnd()}:{line[1].Trim()}");
        return string.Join('\n', lines) is { Length: > 0 } found ? found : null;
    }

    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<int> AllProcesses()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                yield return id;
            }
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
