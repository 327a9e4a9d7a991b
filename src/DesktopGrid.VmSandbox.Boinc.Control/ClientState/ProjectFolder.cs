namespace DesktopGrid.VmSandbox.Boinc.Control.ClientState;

/// <summary>A project's folder below <c>projects</c>, and names of files in it.</summary>
internal static class ProjectFolder
{
    private const int LongestFileName = 255;

    /// <summary>As the client makes it of the project's address: without scheme, and "_" for whatever is no letter, digit, ".", "-" or "_".</summary>
    public static string Of(string masterUrl)
    {
        var scheme = masterUrl.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? masterUrl : masterUrl[(scheme + 3)..];
        var name = string.Concat(rest.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
        return name.EndsWith('_') ? name[..^1] : name;
    }

    /// <summary>Whether it is one name of a folder below another, and no way out of it.</summary>
    public static bool IsSafe(string folder) => folder.Length is > 0 and <= LongestFileName && folder is not ("." or "..");

    /// <summary>Whether a name in a slot, which may lie in a folder of it, stays in the slot.</summary>
    public static bool IsSafeLogicalName(string name) =>
        name.Length is > 0 and <= LongestFileName && name[0] != '/' && !name.Split('/', '\\').Contains("..") && !name.Any(char.IsControl);

    /// <summary>Whether a project may name a file so: one name, and none that the client refuses in app_info.xml.</summary>
    public static bool IsSafeFile(string name) =>
        name.Length is > 0 and <= LongestFileName && name[0] != '.' && !name.Contains("..", StringComparison.Ordinal) && !name.Any(static c => char.IsControl(c) || c is '/' or '\\' or '%' or '<' or '>' or '&');
}
