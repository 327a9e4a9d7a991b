using System.Text.RegularExpressions;

namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>What a page points at is there.</summary>
public sealed partial class LinkTests
{
    private static readonly string[] TopFolders = ["src/", "tests/", "samples/", "docs/", "build/"];

    [Test]
    public void Every_relative_link_leads_to_a_file_and_a_heading()
    {
        var faults = new List<string>();
        foreach (var page in Repository.Pages)
        {
            foreach (var link in page.Links.Where(static link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal)))
            {
                var (path, anchor) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
                var target = path.Length == 0 ? page.Path : Path.GetFullPath(path, Path.GetDirectoryName(page.Path)!);
                if (!Path.Exists(target))
                {
                    faults.Add($"{page}: {link} is not there");
                }
                else if (anchor is not null && !MarkdownPage.Read(target).Anchors.Contains(anchor))
                {
                    faults.Add($"{page}: {link} names a heading that is not there");
                }
            }
        }

        faults.ShouldBeNone();
    }

    [Test]
    public void Every_file_that_a_page_names_is_there()
    {
        var named = Repository.Pages.SelectMany(static page => page.CodeSpans.Concat(page.Fences.Where(static fence => fence.Language is "bash" or "sh").SelectMany(static fence => fence.Text.Split(' ', '\n')))
            .Select(text => (Page: page, Text: text.StartsWith("./", StringComparison.Ordinal) ? text[2..].Split(' ')[0] : text.Split(' ')[0])));
        var paths = named.Where(static name => TopFolders.Any(folder => name.Text.StartsWith(folder, StringComparison.Ordinal)) && !name.Text.ContainsAny('*', '{', '<')).ToList();

        paths.Should().NotBeEmpty();
        paths.Where(static name => !Path.Exists(Path.Combine(Repository.Root, name.Text))).Select(static name => $"{name.Page}: {name.Text}").ShouldBeNone();
    }

    [Test]
    public void Every_page_that_a_script_names_is_there()
    {
        var scripts = Repository.Files(Path.Combine(Repository.Root, "build"), "*.sh").ToList();
        var named = scripts.SelectMany(static script => PageName().Matches(File.ReadAllText(script)).Select(match => (Script: script, Page: match.Value)));

        scripts.Should().NotBeEmpty();
        named.Where(static name => !File.Exists(Path.Combine(Repository.Root, name.Page))).Select(static name => $"{Path.GetRelativePath(Repository.Root, name.Script)}: {name.Page} is not there").ShouldBeNone();
    }

    [Test]
    public void Every_test_that_a_page_names_is_there()
    {
        var sources = Repository.Files(Path.Combine(Repository.Root, "tests"), "*.cs").ToLookup(static file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);
        var named = Repository.Pages.SelectMany(static page => page.CodeSpans.Select(text => (Page: page, Match: TestName().Match(text)))).Where(static name => name.Match.Success).ToList();

        named.Should().NotBeEmpty();
        named.Where(name => !sources[name.Match.Groups[1].Value].Any(source => Regex.IsMatch(source, $@"\b{name.Match.Groups[2].Value}\(")))
            .Select(static name => $"{name.Page}: {name.Match.Value}").ShouldBeNone();
    }

    [GeneratedRegex(@"\b(?:docs/[\w./-]+|[A-Z]+)\.md\b")]
    private static partial Regex PageName();

    [GeneratedRegex(@"^(\w+Tests?)\.(\w+)$")]
    private static partial Regex TestName();
}
