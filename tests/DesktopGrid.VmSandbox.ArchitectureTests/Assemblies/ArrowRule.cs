namespace DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;

/// <summary>Arrows point down, workshops are known to their own and to the front door, and every room is in the plan.</summary>
internal static class ArrowRule
{
    public static IEnumerable<string> Faults(IEnumerable<Arrow> arrows, HousePlan plan) =>
        from arrow in arrows
        let fault = Fault(plan.RoomOf(arrow.From), plan.RoomOf(arrow.To), plan)
        where fault is not null
        select $"{fault} ({arrow.Evidence})";

    private static string? Fault(string? from, string? to, HousePlan plan)
    {
        if (from is null || to is null)
        {
            return null;
        }

        if (plan.StoreyOf(from) is not { } above || plan.StoreyOf(to) is not { } below)
        {
            return $"the plan has no room \"{(plan.StoreyOf(from) is null ? from : to)}\"";
        }

        if (below > above)
        {
            return $"\"{from}\" must not know \"{to}\": the arrow points up";
        }

        if (below == above)
        {
            return $"\"{from}\" must not know \"{to}\": side rooms do not know each other";
        }

        return plan.Workshops.Contains(to) && from != HousePlan.FrontDoor && !from.StartsWith(HousePlan.ParentOf(to) + ".", StringComparison.Ordinal)
            ? $"\"{from}\" must not know \"{to}\": a workshop is known to rooms below the same parent and to the front door"
            : null;
    }
}
