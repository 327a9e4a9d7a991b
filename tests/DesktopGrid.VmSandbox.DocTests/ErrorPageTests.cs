using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>docs/errors.md knows every code, with its number, and no other.</summary>
public sealed class ErrorPageTests
{
    [Test]
    public void Every_code_has_its_row_with_its_number()
    {
        var rows = Repository.Page("docs/errors.md").Rows.Where(static row => int.TryParse(row[0], out _)).Select(static row => $"{row[0]} {row[1].Trim('`')}");

        rows.Should().Equal(Enum.GetValues<SandboxErrorCode>().Where(static code => code != SandboxErrorCode.None).Select(static code => $"{(int)code} {code}"));
    }

    [Test]
    public void Every_code_is_given_by_the_library()
    {
        // The list of the codes gives none, nor does the list of what to do about each.
        var sources = Repository.Files(Path.Combine(Repository.Root, "src"), "*.cs").Where(static file => Path.GetFileName(file) is not ("SandboxErrorCode.cs" or "DefaultAdvice.cs")).Select(File.ReadAllText).ToList();

        Enum.GetNames<SandboxErrorCode>().Where(static name => name != nameof(SandboxErrorCode.None))
            .Where(name => !sources.Exists(source => source.Contains($"SandboxErrorCode.{name}", StringComparison.Ordinal))).ShouldBeNone();
    }

    [Test]
    public void Every_row_says_what_it_means_what_became_of_the_program_and_what_to_do() =>
        Repository.Page("docs/errors.md").Rows.Where(static row => int.TryParse(row[0], out _)).Should().OnlyContain(static row => row.Count == 6 && row.All(static cell => cell.Length > 0));
}
