using DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;
using DesktopGrid.VmSandbox.ArchitectureTests.Sources;

namespace DesktopGrid.VmSandbox.ArchitectureTests;

/// <summary>The library's compiled assembly against its plan.</summary>
[TestFixture]
public sealed class LibraryTests
{
    private const string Project = "DesktopGrid.VmSandbox";

    private CompiledAssembly _library = null!;
    private IReadOnlyList<Arrow> _arrows = null!;

    [OneTimeSetUp]
    public void Read()
    {
        _library = new CompiledAssembly(typeof(SandboxHost).Assembly);
        _arrows = [.. Arrow.Of(_library, HousePlan.Library.Prefix), .. SourceTree.Imports(Project).Where(static arrow => arrow.From.StartsWith(Project, StringComparison.Ordinal))];
    }

    [OneTimeTearDown]
    public void Close() => _library.Dispose();

    [Test]
    public void Every_arrow_points_down() => ArrowRule.Faults(_arrows, HousePlan.Library).Should().BeEmpty();

    [Test]
    public void There_are_arrows_to_look_at() => _arrows.Should().HaveCountGreaterThan(50, "a rule that looks at nothing finds nothing");

    [Test]
    public void No_room_reaches_itself_through_others() => CircleRule.Faults(_arrows).Should().BeEmpty();

    [Test]
    public void Only_the_files_that_join_parts_name_a_workshop() =>
        FrontDoorRule.Faults(SourceTree.Shipped.Where(static file => file.Project == Project), HousePlan.Library, ["SandboxHost.Composition.cs", "HostPlatform.cs"]).Should().BeEmpty();

    [Test]
    public void Only_the_platform_asks_which_operating_system_this_is() => SystemQuestionRule.Faults(_library, "DesktopGrid.VmSandbox.Platform").Should().BeEmpty();

    [Test]
    public void Only_the_platform_starts_processes() => ProcessStartRule.Faults(_library, "DesktopGrid.VmSandbox.Platform").Should().BeEmpty();

    [Test]
    public void Nothing_static_can_change() => StaticStateRule.Faults(_library).Should().BeEmpty();

    [Test]
    public void Every_class_is_sealed_or_abstract() => SealedRule.Faults(_library).Should().BeEmpty();

    [Test]
    public void Every_asynchronous_method_can_be_cancelled() => TokenRule.Faults(_library).Should().BeEmpty();

    [Test]
    public void The_library_knows_nothing_of_the_guest_daemon_and_of_no_web_server() =>
        _library.References.Should().NotContain(static name => name == "vmsandboxd" || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
}
