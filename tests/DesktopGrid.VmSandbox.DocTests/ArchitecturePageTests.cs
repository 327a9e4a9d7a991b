namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>docs/architecture.md describes the rooms that there are.</summary>
public sealed class ArchitecturePageTests
{
    private const string Root = "DesktopGrid.VmSandbox";

    [Test]
    public void Every_room_of_the_library_has_its_row()
    {
        var rooms = typeof(SandboxHost).Assembly.GetTypes().Concat(typeof(Contracts.Routes).Assembly.GetTypes())
            .Select(static type => type.Namespace ?? "").Where(static name => name.StartsWith(Root, StringComparison.Ordinal)).Distinct()
            .Select(static name => name == Root ? Root : name[(Root.Length + 1)..]);
        var rows = Repository.Page("docs/architecture.md").Rows.Select(static row => row[0].Trim('`')).Where(static name => name != "room").ToList();

        rows.Should().BeEquivalentTo(rooms);
    }
}
