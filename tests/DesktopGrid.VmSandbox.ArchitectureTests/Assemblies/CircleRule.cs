namespace DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;

/// <summary>No way leads from a namespace back to itself.</summary>
internal static class CircleRule
{
    public static IEnumerable<string> Faults(IReadOnlyCollection<Arrow> arrows)
    {
        var targets = arrows.ToLookup(static arrow => arrow.From);
        return from arrow in arrows
               where Reaches(arrow.To, arrow.From, targets)
               select $"{arrow.From} and {arrow.To} lie on a circle ({arrow.Evidence})";
    }

    private static bool Reaches(string from, string to, ILookup<string, Arrow> targets)
    {
        var seen = new HashSet<string> { from };
        var open = new Queue<string>([from]);
        while (open.TryDequeue(out var room))
        {
            if (room == to)
            {
                return true;
            }

            foreach (var next in targets[room].Select(static arrow => arrow.To).Where(seen.Add))
            {
                open.Enqueue(next);
            }
        }

        return false;
    }
}
