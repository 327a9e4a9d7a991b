namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>A reader who knows one page finds his way in all.</summary>
public sealed class PageOrderTests
{
    private static readonly string[] Order = ["What it is", "How to use it", "Defaults", "Errors", "Limits"];

    [Test]
    public void The_common_headings_stand_in_one_order()
    {
        foreach (var page in Repository.Pages)
        {
            var common = page.Headings.Where(Order.Contains).ToList();
            common.Should().Equal(Order.Where(common.Contains), $"{page} has them");
        }

        Repository.Pages.Should().Contain(static page => Order.All(page.Headings.Contains), "a check that never sees the order checks nothing");
    }

    [Test]
    public void Every_page_of_the_docs_is_linked_from_the_readme()
    {
        var linked = Repository.Page("README.md").Links.Select(static link => link.Split('#')[0]);

        Repository.Pages.Select(static page => page.Name).Where(static name => name.StartsWith("docs/", StringComparison.Ordinal)).Should().BeSubsetOf(linked);
    }
}
