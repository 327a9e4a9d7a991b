namespace DesktopGrid.VmSandbox.ArchitectureTests;

/// <summary>The plans themselves hold together.</summary>
[TestFixture("library")]
[TestFixture("daemon")]
[TestFixture("wrapper")]
[TestFixture("control")]
public sealed class PlanTests(string house)
{
    private HousePlan Plan => house switch
    {
        "library" => HousePlan.Library,
        "daemon" => HousePlan.Daemon,
        "wrapper" => HousePlan.Wrapper,
        _ => HousePlan.Control,
    };

    [Test]
    public void Each_room_stands_in_one_storey() => Plan.Storeys.SelectMany(static storey => storey).Should().OnlyHaveUniqueItems();

    [Test]
    public void A_parent_stands_below_its_children() =>
        Plan.Storeys.SelectMany(static storey => storey)
            .Where(room => room.Contains('.', StringComparison.Ordinal) && !(Plan.StoreyOf(HousePlan.ParentOf(room)) < Plan.StoreyOf(room)))
            .Should().BeEmpty();

    [Test]
    public void The_front_door_stands_on_top() => Plan.Storeys[^1].Should().Equal(HousePlan.FrontDoor);

    [Test]
    public void Every_workshop_is_a_room() => Plan.Workshops.Where(room => Plan.StoreyOf(room) is null).Should().BeEmpty();

    [TestCase("", "")]
    [TestCase(".Vms.Lifecycle", "Vms.Lifecycle")]
    [TestCase("es", null)]
    public void A_room_is_what_follows_the_prefix(string rest, string? room) => Plan.RoomOf(Plan.Prefix + rest).Should().Be(room);

    [Test]
    public void What_does_not_begin_with_the_prefix_is_no_room() => Plan.RoomOf("System.Text").Should().BeNull();
}
