using DesktopGrid.VmSandbox.ArchitectureTests.Sources;

namespace DesktopGrid.VmSandbox.ArchitectureTests;

/// <summary>Each rule of the sources can fail: shown on files that were never written.</summary>
[TestFixture]
public sealed class SourceRuleTests
{
    [Test]
    public void A_namespace_that_is_not_its_folder_is_found() =>
        FolderRule.NamespaceFaults([File("Vms", "VmId.cs", "namespace House.Vms;"), File("Vms", "VmVerb.cs", "namespace House;")]).Should().Equal("House/Vms/VmVerb.cs declares House, its folder is House.Vms");

    [TestCase(3, true)]
    [TestCase(4, false)]
    [TestCase(14, false)]
    [TestCase(15, true)]
    public void A_folder_that_is_too_small_or_too_large_is_found(int files, bool isFault) =>
        FolderRule.SizeFaults(Enumerable.Range(0, files).Select(static number => File("Vms", $"{number}.cs", ""))).Any().Should().Be(isFault);

    [TestCase("Utils", "Clock.cs")]
    [TestCase("Vms/Common", "Clock.cs")]
    [TestCase("Vms", "PathHelper.cs")]
    public void A_name_that_means_nothing_is_found(string folder, string name) => FolderRule.NameFaults([File(folder, name, "")]).Should().ContainSingle();

    [Test]
    public void A_long_file_is_found() => LengthRule.Faults([File("", "Short.cs", Lines(10)), File("", "Small.cs", Lines(20)), File("", "Long.cs", Lines(301))]).Should().Equal("House/Long.cs has 301 lines; 300 are allowed");

    [Test]
    public void A_heavy_project_is_found() => LengthRule.Faults([File("", "A.cs", Lines(79)), File("", "B.cs", Lines(80)), File("", "C.cs", Lines(81))]).Should().ContainSingle().Which.Should().Contain("the median must be below 80");

    [TestCase("#pragma warning disable CA1001", true)]
    [TestCase("#pragma warning disable CA1001 // why", true)]
    [TestCase("#pragma warning disable CA1001 // Kestrel owns the connections.", false)]
    [TestCase("#pragma warning restore CA1001", false)]
    [TestCase("    [SuppressMessage(\"Design\", \"CA1001\")]", true)]
    public void A_warning_silenced_without_a_reason_is_found(string line, bool isFault) => PragmaRule.Faults([File("", "A.cs", line)]).Any().Should().Be(isFault);

    [Test]
    public void A_workshop_named_beside_the_composition_is_found() => FrontDoorRule.Faults(
        [File("", "Compose.cs", "using House.Vms.Lifecycle;"), File("", "Door.cs", "using House.Vms.Lifecycle;"), File("Vms/Lifecycle", "Verb.cs", "namespace House.Vms.Lifecycle;")],
        new HousePlan("House", [["Vms"], ["Vms.Lifecycle"], [HousePlan.FrontDoor]], ["Vms.Lifecycle"]),
        ["Compose.cs"]).Should().Equal("House/Door.cs names Vms.Lifecycle; only Compose.cs may");

    private static SourceFile File(string folder, string name, string text) => new("House", folder, name, text);

    private static string Lines(int count) => string.Concat(Enumerable.Repeat("line\n", count));
}
