namespace DesktopGrid.VmSandbox.Tests.Vms;

public sealed class StatesPageTests
{
    private static string Page => Path.Combine(Root(TestContext.CurrentContext.TestDirectory), "docs", "states.md");

    [Test]
    public void The_page_says_what_the_table_says() =>
        File.ReadAllText(Page).Should().Be(StatesPage.Text(), "docs/states.md is made, not written: dotnet test tests/DesktopGrid.VmSandbox.Tests --filter Name=Make_the_page_again");

    [Test]
    [Explicit("Writes docs/states.md.")]
    public void Make_the_page_again()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Page)!);
        File.WriteAllText(Page, StatesPage.Text());
        The_page_says_what_the_table_says();
    }

    private static string Root(string folder) =>
        File.Exists(Path.Combine(folder, "DesktopGrid.VmSandbox.sln")) ? folder
        : Path.GetDirectoryName(folder) is { } above ? Root(above)
        : throw new InvalidOperationException("The tests do not lie in their repository, so that its docs cannot be read.");
}
