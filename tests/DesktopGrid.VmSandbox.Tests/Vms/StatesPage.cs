using System.Text;
using System.Xml.Linq;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Tests.Vms;

/// <summary>The page docs/states.md, made from the table and from the doc comments of its verbs and states.</summary>
internal static class StatesPage
{
    public static string Text()
    {
        var states = Enum.GetValues<VmState>().Where(static state => state != VmState.Destroyed).ToList();
        var verbs = Enum.GetValues<VmVerb>();
        var page = new StringBuilder();
        page.AppendLine("# The states of a machine").AppendLine();
        page.AppendLine("This page is made from `VmTransitions` and its doc comments; a test fails when it differs. To make it again:").AppendLine();
        page.AppendLine("    dotnet test tests/DesktopGrid.VmSandbox.Tests --filter Name=Make_the_page_again").AppendLine();
        page.AppendLine("Every verb in every state works, or is refused with a `VmException` that names verb, state and the states that allow it").AppendLine("(code `MachineState`).").AppendLine();
        page.AppendLine("## Which verb leads where").AppendLine();
        page.AppendLine($"| verb | {string.Join(" | ", states)} |").AppendLine($"|---|{string.Concat(Enumerable.Repeat("---|", states.Count))}");
        foreach (var verb in verbs.Where(static verb => verb is not (VmVerb.Create or VmVerb.Import)))
        {
            page.AppendLine($"| **{verb}** | {string.Join(" | ", states.Select(state => VmTransitions.Next(verb, state)?.ToString() ?? "refused"))} |");
        }

        page.AppendLine().AppendLine("**Create** needs no machine and gives one that is Created; **Import** likewise, and gives one that is Stopped. Besides, a machine that runs may end by itself: then it is Failed.").AppendLine();
        page.AppendLine("```mermaid").AppendLine("stateDiagram-v2").AppendLine("    [*] --> Created: Create").AppendLine("    [*] --> Stopped: Import");
        foreach (var (verb, from, to) in from verb in verbs from state in states let next = VmTransitions.Next(verb, state) where next is not null && next != state && next != VmState.Destroyed select (verb, state, next.Value))
        {
            page.AppendLine($"    {from} --> {to}: {verb}");
        }

        page.AppendLine("    Running --> Failed: ends by itself").AppendLine("    Suspended --> Failed: ends by itself").AppendLine("```").AppendLine();
        page.AppendLine("Destroy leads from every state to nothing at all.").AppendLine();
        page.AppendLine("## The states").AppendLine();
        states.ForEach(state => page.AppendLine($"- **{state}**: {Summary(nameof(VmState), state.ToString())}"));
        page.AppendLine().AppendLine("## The verbs").AppendLine();
        foreach (var verb in verbs)
        {
            page.AppendLine($"- **{verb}**: {Summary(nameof(VmVerb), verb.ToString())}");
        }

        return page.ToString();
    }

    /// <summary>A doc comment, from the file that the compiler made of them.</summary>
    private static string Summary(string type, string member)
    {
        var comments = XDocument.Load(Path.ChangeExtension(typeof(VmState).Assembly.Location, ".xml"));
        var summary = comments.Descendants("member").Single(entry => (string?)entry.Attribute("name") == $"F:DesktopGrid.VmSandbox.Vms.{type}.{member}").Element("summary")!;
        var text = string.Concat(summary.Nodes().Select(static node => node is XElement { Name.LocalName: "see" } see ? $"`{((string?)see.Attribute("cref"))?.Split('.')[^1]}`" : node is XElement element ? element.Value : node.ToString()));
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
