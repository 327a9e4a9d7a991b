using System.Text.RegularExpressions;
using System.Xml.Linq;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>What a stranger can reference is described.</summary>
public sealed class PublicSurfaceTests
{
    private static readonly Type[] Anchors = [typeof(SandboxHost), typeof(Routes)];

    [TestCaseSource(nameof(Anchors))]
    public void Every_public_type_is_named_by_a_page(Type anchor)
    {
        var text = string.Join('\n', Repository.Pages.SelectMany(static page => page.Prose));
        var types = anchor.Assembly.GetExportedTypes().Where(static type => !type.IsNested).ToList();

        types.Should().HaveCountGreaterThan(10);
        types.Where(type => !Regex.IsMatch(text, $@"\b{type.Name}\b")).Select(static type => type.Name).ShouldBeNone();
    }

    [TestCaseSource(nameof(Anchors))]
    public void Every_doc_comment_says_something(Type anchor)
    {
        var types = anchor.Assembly.GetExportedTypes().Select(static type => type.FullName!.Replace('+', '.')).ToHashSet();
        var members = XDocument.Load(Path.ChangeExtension(anchor.Assembly.Location, ".xml")).Descendants("member").Where(member => types.Contains(TypeOf(member))).ToList();

        members.Should().HaveCountGreaterThan(50);
        members.Where(static member => member.Element("inheritdoc") is null && IsEmpty(member.Element("summary"))).Select(static member => (string)member.Attribute("name")!).ShouldBeNone();
        members.SelectMany(static member => member.Elements()).Where(static element => element.Name != "inheritdoc" && IsEmpty(element))
            .Select(static element => $"{(string?)element.Parent!.Attribute("name")}: {element.Name} {(string?)element.Attribute("name")}").ShouldBeNone();
    }

    private static bool IsEmpty(XElement? element) => element is null || (element.Value.Trim().Length < 3 && !element.HasElements);

    /// <summary>"M:Namespace.Type.Member(Arguments)" without kind, member and arguments; a type's own comment has no member.</summary>
    private static string TypeOf(XElement member)
    {
        var name = ((string)member.Attribute("name")!).Split('(')[0];
        return name[0] == 'T' ? name[2..] : name[2..name.LastIndexOf('.')];
    }
}
