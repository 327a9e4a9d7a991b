using System.Globalization;
using System.Text.RegularExpressions;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.JobXml;

/// <summary>
/// The stock wrapper's macros, with what they mean inside the guest: <c>$PROJECT_DIR</c>, <c>$NTHREADS</c>, <c>$GPU_DEVICE_NUM</c>, <c>$PWD</c>, and
/// <c>boinc_resolve(NAME)</c>. A capital name after a dollar sign that is none of them is a mistake of the job's: the stock wrapper would pass it on as it is,
/// and no shell expands it.
/// </summary>
/// <param name="projectDirectory">Where the files of the app version are.</param>
/// <param name="workDirectory">Where the slot is.</param>
/// <param name="threads">Processors that the task may use.</param>
internal sealed partial class JobMacros(string projectDirectory, string workDirectory, int threads)
{
    /// <summary>Whether a text names the project's directory.</summary>
    public static bool NamesProject(string? text) => text?.Contains("$PROJECT_DIR", StringComparison.Ordinal) is true;

    /// <summary>Puts in what the macros mean.</summary>
    /// <exception cref="BoincException">There is no such macro, or it is a GPU's.</exception>
    public string Expand(string text) => Resolve().Replace(Macro().Replace(text, Meaning), static match => match.Groups[1].Value.Trim());

    private string Meaning(Match match) => match.Value switch
    {
        "$PROJECT_DIR" => projectDirectory,
        "$PWD" => workDirectory,
        "$NTHREADS" => threads.ToString(CultureInfo.InvariantCulture),
        "$GPU_DEVICE_NUM" => throw new BoincException(SandboxErrorCode.BoincUnsupported, "job.xml asks for a GPU ($GPU_DEVICE_NUM): there is none in a sandbox."),
        var unknown => throw new BoincException(SandboxErrorCode.BoincFileMalformed, $"job.xml has an unknown macro: {(unknown.Length > 40 ? unknown[..40] : unknown)}."),
    };

    [GeneratedRegex(@"\$[A-Z][A-Z0-9_]*", RegexOptions.CultureInvariant)]
    private static partial Regex Macro();

    // The guest's slot holds the files themselves under their logical names.
    [GeneratedRegex(@"boinc_resolve\(([^()]*)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Resolve();
}
