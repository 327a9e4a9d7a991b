namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>docs/specification.md: each promise has a number, a condition, and its test or the words "not tested".</summary>
public sealed class SpecificationPageTests
{
    private static List<IReadOnlyList<string>> Promises => [.. Repository.Page("docs/specification.md").Rows.Where(static row => row[0].Length > 1 && char.IsAsciiLetterUpper(row[0][0]) && char.IsAsciiDigit(row[0][1]))];

    [Test]
    public void Every_promise_has_a_number_of_its_own()
    {
        Promises.Should().HaveCountGreaterThan(20);
        Promises.Select(static row => row[0]).Should().OnlyHaveUniqueItems();
    }

    [Test]
    public void Every_promise_names_its_test_or_says_that_it_has_none() =>
        Promises.Should().OnlyContain(static row => row.Count == 4 && row[1].Length > 0 && row[2].Length > 0 && (row[3].StartsWith("not tested", StringComparison.Ordinal) || row[3].Contains("Test", StringComparison.Ordinal) && row[3].Contains('`')));
}
