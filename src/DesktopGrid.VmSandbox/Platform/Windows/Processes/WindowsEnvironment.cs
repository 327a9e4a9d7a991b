using System.Text;

namespace DesktopGrid.VmSandbox.Platform.Windows.Processes;

/// <summary>A process's environment as CreateProcessW takes it: sorted by name without regard to case, each entry and the whole ended by a zero.</summary>
internal static class WindowsEnvironment
{
    /// <param name="wanted">The variables.</param>
    /// <param name="systemRoot">Windows' own folder: without it sockets and much else do not work in a process.</param>
    public static string Block(IReadOnlyDictionary<string, string> wanted, string systemRoot)
    {
        var all = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["SystemRoot"] = systemRoot };
        foreach (var (name, value) in wanted)
        {
            all[name] = value;
            if (name == "TMPDIR")
            {
                // "GetTempPathW" asks for TMP, then TEMP.
                (all["TMP"], all["TEMP"]) = (value, value);
            }
        }

        var block = new StringBuilder();
        foreach (var (name, value) in all)
        {
            block.Append(name).Append('=').Append(value).Append('\0');
        }

        return block.Append('\0').ToString();
    }
}
