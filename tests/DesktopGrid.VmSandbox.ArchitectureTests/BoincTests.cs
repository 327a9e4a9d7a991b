using System.Reflection;
using DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;
using DesktopGrid.VmSandbox.ArchitectureTests.Sources;

namespace DesktopGrid.VmSandbox.ArchitectureTests;

/// <summary>The adapter to BOINC, its wrapper and its checkbox against their plans.</summary>
[TestFixture("DesktopGrid.VmSandbox.Boinc", "DesktopGrid.VmSandbox.Boinc")]
[TestFixture("DesktopGrid.VmSandbox.Boinc.Wrapper", "vmsandbox-wrapper")]
[TestFixture("DesktopGrid.VmSandbox.Boinc.Control", "DesktopGrid.VmSandbox.Boinc.Control")]
public sealed class BoincTests(string project, string assemblyName)
{
    /// <summary>What an adapter may know of the library: the front door, and the vocabularies that its signatures name.</summary>
    private static readonly string[] Doors = ["", "Contracts", "Diagnosis", "Images", "Imports", "Jobs", "Logs", "Platform.Processes", "Primitives", "Qemu", "Sessions", "Vms"];

    private CompiledAssembly _assembly = null!;
    private IReadOnlyList<Arrow> _arrows = null!;

    private HousePlan Plan => new[] { HousePlan.Boinc, HousePlan.Wrapper, HousePlan.Control }.Single(plan => plan.Prefix == project);

    [OneTimeSetUp]
    public void Read()
    {
        _assembly = new CompiledAssembly(Assembly.Load(assemblyName));
        _arrows = [.. Arrow.Of(_assembly, project), .. SourceTree.Imports(project).Where(arrow => Plan.RoomOf(arrow.To) is { } room && Plan.StoreyOf(room) is not null)];
    }

    [OneTimeTearDown]
    public void Close() => _assembly.Dispose();

    [Test]
    public void Every_arrow_points_down() => ArrowRule.Faults(_arrows, Plan).Should().BeEmpty();

    [Test]
    public void There_are_arrows_to_look_at() => _arrows.Should().HaveCountGreaterThan(5, "a rule that looks at nothing finds nothing");

    [Test]
    public void No_room_reaches_itself_through_others() => CircleRule.Faults(_arrows).Should().BeEmpty();

    [Test]
    public void Of_the_library_only_the_front_door_and_its_words_are_known() =>
        Arrow.Of(_assembly, HousePlan.Library.Prefix)
            .Where(arrow => HousePlan.Library.RoomOf(arrow.To) is { } room && !room.StartsWith("Boinc", StringComparison.Ordinal) && !Doors.Contains(room))
            .Select(static arrow => arrow.Evidence).Should().BeEmpty();

    [Test]
    public void Only_a_platform_room_asks_which_operating_system_this_is() => SystemQuestionRule.Faults(_assembly, $"{project}.Platform").Should().BeEmpty();

    [Test]
    public void Nothing_static_can_change() => StaticStateRule.Faults(_assembly).Should().BeEmpty();

    [Test]
    public void Every_class_is_sealed_or_abstract() => SealedRule.Faults(_assembly).Should().BeEmpty();
}
