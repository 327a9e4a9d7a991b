using System.Text.RegularExpressions;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Sources;

/// <summary>A warning is silenced only with the reason on the same line, and by a pragma: an attribute hides in the crowd.</summary>
internal static partial class PragmaRule
{
    public static IEnumerable<string> Faults(IEnumerable<SourceFile> files) =>
        from file in files
        from line in file.Lines
        where (Silences().IsMatch(line) && !HasReason().IsMatch(line)) || Suppresses().IsMatch(line)
        select $"{file.Path} silences a warning without its reason: {line.Trim()}";

    [GeneratedRegex(@"^\s*#pragma warning disable")]
    private static partial Regex Silences();

    [GeneratedRegex(@"^\s*#pragma warning disable \w+(, \w+)* // \w.{10,}")]
    private static partial Regex HasReason();

    [GeneratedRegex(@"^\s*\[\w*:?\s*(Unconditional)?SuppressMessage")]
    private static partial Regex Suppresses();
}
