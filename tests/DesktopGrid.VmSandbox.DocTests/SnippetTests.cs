namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>The pages show code that was compiled.</summary>
public sealed class SnippetTests
{
    private static IEnumerable<(MarkdownPage Page, MarkdownFence Fence)> CodeBlocks =>
        Repository.Pages.SelectMany(static page => page.Fences.Where(static fence => fence.Language == "csharp").Select(fence => (page, fence)));

    [Test]
    public void Every_block_of_code_names_its_snippet_and_equals_it()
    {
        var snippets = Snippet.All.ToDictionary(static snippet => snippet.Name);
        CodeBlocks.Should().NotBeEmpty();
        foreach (var (page, fence) in CodeBlocks)
        {
            fence.Snippet.Should().NotBeNull($"{page} shows code that nothing compiles:\n{fence.Text}\n");
            snippets.Should().ContainKey(fence.Snippet, $"{page} shows it");
            fence.Text.Should().Be(snippets[fence.Snippet!].Text, $"{page} shows the snippet {fence.Snippet}");
        }
    }

    [Test]
    public void Every_snippet_is_shown_by_a_page() =>
        Snippet.All.Select(static snippet => snippet.Name).Should().BeSubsetOf(CodeBlocks.Select(static block => block.Fence.Snippet));

    /// <summary>Not a test: brings the pages up to the samples, after a look at what the test above found.</summary>
    [Test]
    [Explicit("Rewrites the pages.")]
    public void Write_the_snippets_into_the_pages()
    {
        var snippets = Snippet.All.ToDictionary(static snippet => snippet.Name);
        foreach (var page in Repository.Pages)
        {
            var text = File.ReadAllText(page.Path);
            foreach (var fence in page.Fences.Where(static fence => fence.Snippet is not null))
            {
                text = text.Replace(Block(fence.Snippet!, fence.Text), Block(fence.Snippet!, snippets[fence.Snippet!].Text), StringComparison.Ordinal);
            }

            File.WriteAllText(page.Path, text);
            MarkdownPage.Read(page.Path).Fences.Where(static fence => fence.Snippet is not null).Should().AllSatisfy(fence => fence.Text.Should().Be(snippets[fence.Snippet!].Text));
        }
    }

    private static string Block(string name, string text) => $"<!-- snippet: {name} -->\n```csharp\n{text}{(text.Length > 0 ? "\n" : "")}```";
}
