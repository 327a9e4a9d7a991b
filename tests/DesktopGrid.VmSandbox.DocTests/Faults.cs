namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>A test over many pages tells everything that it found, a line each.</summary>
internal static class Faults
{
    public static void ShouldBeNone(this IEnumerable<string> faults) => string.Join('\n', faults).Should().BeEmpty();
}
