using System.Reflection;
using DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;
using DesktopGrid.VmSandbox.ArchitectureTests.Sources;

namespace DesktopGrid.VmSandbox.ArchitectureTests;

/// <summary>The daemon's compiled assembly against its plan.</summary>
[TestFixture]
public sealed class DaemonTests
{
    private CompiledAssembly _daemon = null!;
    private IReadOnlyList<Arrow> _arrows = null!;

    [OneTimeSetUp]
    public void Read()
    {
        _daemon = new CompiledAssembly(Assembly.Load("vmsandboxd"));
        _arrows = [.. Arrow.Of(_daemon, HousePlan.Daemon.Prefix), .. SourceTree.Imports(HousePlan.Daemon.Prefix)];
    }

    [OneTimeTearDown]
    public void Close() => _daemon.Dispose();

    [Test]
    public void Every_arrow_points_down() => ArrowRule.Faults(_arrows, HousePlan.Daemon).Should().BeEmpty();

    [Test]
    public void There_are_arrows_to_look_at() => _arrows.Should().HaveCountGreaterThan(20, "a rule that looks at nothing finds nothing");

    [Test]
    public void No_room_reaches_itself_through_others() => CircleRule.Faults(_arrows).Should().BeEmpty();

    [Test]
    public void Nothing_static_can_change() => StaticStateRule.Faults(_daemon).Should().BeEmpty();

    [Test]
    public void Every_class_is_sealed_or_abstract() => SealedRule.Faults(_daemon).Should().BeEmpty();

    [Test]
    public void The_daemon_knows_nothing_of_the_host() => _daemon.References.Should().NotContain("DesktopGrid.VmSandbox");
}
