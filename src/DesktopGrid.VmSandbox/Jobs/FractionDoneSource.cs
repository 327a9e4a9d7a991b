namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>
/// Where a job's fraction done comes from besides the message <c>fraction_done</c>, which is always heard: for programs that know nothing of sandboxes.
/// The newest word of all counts. What is no number is passed over.
/// </summary>
public sealed record FractionDoneSource
{
    /// <summary>
    /// A file that the program writes, relative to the work directory: the last number in its last 64 bytes, clamped to 0 to 1, as BOINC's wrapper takes
    /// it. Looked at every two seconds. Null (default) for none.
    /// </summary>
    public string? File { get; init; }

    /// <summary>
    /// A regular expression of .NET, without backtracking, that is looked for in each line of standard output and standard error; a carriage return ends
    /// a line too, and one of more than 1,024 bytes counts as several. With one group, that is a number: a percentage where it is above 1 or a <c>%</c> follows it, and a
    /// fraction otherwise. With two, they are so many of how many. Null (default) for none. Output beyond <see cref="JobLimits.StandardOutputBytes"/> is
    /// not seen.
    /// </summary>
    /// <example><c>Rendered (\d+) of (\d+) pixels</c></example>
    public string? OutputPattern { get; init; }
}
