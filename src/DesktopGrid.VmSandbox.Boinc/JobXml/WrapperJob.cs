using System.Text.RegularExpressions;

namespace DesktopGrid.VmSandbox.Boinc.JobXml;

/// <summary>What the stock wrapper's <c>job.xml</c> asks for (samples/wrapper/wrapper.cpp).</summary>
internal sealed record WrapperJob
{
    /// <summary>The programs, in the order in which they run.</summary>
    public required IReadOnlyList<WrapperTask> Tasks { get; init; }
    /// <summary>Programs that run beside them, and are ended when the last has ended.</summary>
    public required IReadOnlyList<WrapperTask> Daemons { get; init; }
    /// <summary>Logical names of archives that are unpacked into the slot before the first start.</summary>
    public required IReadOnlyList<string> UnzipInputs { get; init; }
    /// <summary>The archive of outputs; null for none.</summary>
    public required ZipOutput? ZipOutput { get; init; }
    /// <summary>Elements that are not known, those within a task as <c>task/NAME</c>: told, and passed over.</summary>
    public required IReadOnlyList<string> Unknown { get; init; }
}

/// <summary>Outputs that are packed together.</summary>
/// <param name="FileName">The archive's logical name.</param>
/// <param name="Patterns">Regular expressions, looked for in the names of files in the slot's top folder that were not there before the first start.</param>
internal sealed record ZipOutput(string FileName, IReadOnlyList<Regex> Patterns);

/// <summary>One program of a job.</summary>
internal sealed record WrapperTask
{
    /// <summary>Its logical name.</summary>
    public required string Application { get; init; }
    /// <summary>Its arguments as one text, with macros; empty for none.</summary>
    public string CommandLine { get; init; } = "";
    /// <summary>Logical name of its standard input; null for nothing.</summary>
    public string? StandardInput { get; init; }
    /// <summary>Logical name of what its standard output is appended to; null for none.</summary>
    public string? StandardOutput { get; init; }
    /// <summary>Logical name of what its standard error is appended to; null for the task's own.</summary>
    public string? StandardError { get; init; }
    /// <summary>A file whose last number is the fraction done; null for none.</summary>
    public string? FractionDoneFile { get; init; }
    /// <summary>Its share of the whole's fraction done, relative to the others.</summary>
    public double Weight { get; init; } = 1;
    /// <summary>Its environment, with macros; none means that it inherits one.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];
    /// <summary>Its directory, with macros; null for the slot.</summary>
    public string? Directory { get; init; }
    /// <summary>Whether what follows <c>--passthrough_child</c> is added to its arguments.</summary>
    public bool AppendsArguments { get; init; }
    /// <summary>How long it may run; reaching it is no failure. Null for no bound.</summary>
    public TimeSpan? TimeLimit { get; init; }
}
