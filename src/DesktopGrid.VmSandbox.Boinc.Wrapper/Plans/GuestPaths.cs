namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;

/// <summary>Where things are inside the guest.</summary>
internal static class GuestPaths
{
    /// <summary>The work directory, which takes the place of the slot.</summary>
    public const string Work = "/work";

    /// <summary>The folder that stands for the project's directory, relative to the work directory.</summary>
    public const string Project = "vmsandbox_project";

    /// <summary>What the program writes on standard error, unless the job names a file; the name that it has under a client as well.</summary>
    public const string StandardError = "stderr.txt";

    /// <summary>The absolute path of a logical file.</summary>
    public static string Of(string logicalName) => $"{Work}/{logicalName}";

    /// <summary>An absolute path of the guest as one that is relative to the work directory; null for one outside it.</summary>
    public static string? Relative(string path)
    {
        var text = path.TrimEnd('/');
        return text == Work || text.Length == 0 ? "." : text.StartsWith(Work + "/", StringComparison.Ordinal) ? text[(Work.Length + 1)..] : text.StartsWith('/') ? null : text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
    }
}
