using DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;

namespace DesktopGrid.VmSandbox.ArchitectureTests;

/// <summary>Each rule of the compiled assembly can fail: shown on the small bad house in <c>Samples</c>.</summary>
[TestFixture]
public sealed class RuleTests
{
    private const string Prefix = "DesktopGrid.VmSandbox.ArchitectureTests.Samples";

    private static readonly HousePlan Plan = new(Prefix, [["Cellar", "Garage"], ["Salon"], ["Salon.Workbench"], ["Terrace"], [HousePlan.FrontDoor]], ["Salon.Workbench"]);

    private CompiledAssembly _tests = null!;

    [OneTimeSetUp]
    public void Read() => _tests = new CompiledAssembly(typeof(RuleTests).Assembly);

    [OneTimeTearDown]
    public void Close() => _tests.Dispose();

    [TestCase("\"Cellar\" must not know \"Salon\": the arrow points up")]
    [TestCase("\"Garage\" must not know \"Cellar\": side rooms do not know each other")]
    [TestCase("\"Terrace\" must not know \"Salon.Workbench\": a workshop is known to rooms below the same parent and to the front door")]
    [TestCase("the plan has no room \"Attic\"")]
    public void A_wrong_arrow_is_found(string fault) => ArrowRule.Faults(Arrow.Of(_tests, Prefix), Plan).Should().Contain(found => found.StartsWith(fault, StringComparison.Ordinal));

    [Test]
    public void A_right_arrow_is_not() => ArrowRule.Faults(Arrow.Of(_tests, Prefix), Plan).Should().HaveCount(4).And.NotContain(static found => found.Contains("\"Salon\" must not know", StringComparison.Ordinal));

    [Test]
    public void A_circle_is_found() => CircleRule.Faults(Arrow.Of(_tests, Prefix)).Should().HaveCount(2).And.OnlyContain(static found => found.Contains(".Cellar", StringComparison.Ordinal) && found.Contains(".Salon", StringComparison.Ordinal));

    [Test]
    public void Something_static_that_can_change_is_found() => StaticStateRule.Faults(_tests).Where(static fault => fault.StartsWith(Prefix, StringComparison.Ordinal))
        .Should().BeEquivalentTo($"{Prefix}.Sloppy.Remembered is static and can change", $"{Prefix}.Sloppy._count is static and can change");

    [Test]
    public void A_class_that_is_open_by_accident_is_found() => SealedRule.Faults(_tests).Should().Equal($"{Prefix}.Sloppy is neither sealed nor abstract");

    [Test]
    public void A_method_that_cannot_be_cancelled_is_found() => TokenRule.Faults(_tests).Should().Contain($"{Prefix}.Sloppy.WaitAsync cannot be cancelled");

    [Test]
    public void A_question_for_the_operating_system_is_found() => SystemQuestionRule.Faults(_tests, Prefix + ".Nowhere").Should()
        .Contain($"{Prefix}.Sloppy asks OperatingSystem.IsWindows").And.Contain($"{Prefix}.Sloppy asks RuntimeInformation.IsOSPlatform");

    [Test]
    public void A_process_that_is_started_is_found() => ProcessStartRule.Faults(_tests, Prefix + ".Nowhere").Should().Equal($"{Prefix}.Sloppy starts a process");

    [Test]
    public void A_process_is_allowed_where_it_belongs() => ProcessStartRule.Faults(_tests, Prefix).Should().BeEmpty();

    [Test]
    public void The_same_question_is_allowed_where_it_belongs() => SystemQuestionRule.Faults(_tests, Prefix).Should().BeEmpty();
}
