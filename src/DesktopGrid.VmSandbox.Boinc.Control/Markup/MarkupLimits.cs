namespace DesktopGrid.VmSandbox.Boinc.Control.Markup;

/// <summary>What a text of BOINC's may be at most.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="Depth">How deep its elements lie in each other.</param>
/// <param name="Elements">How many they are.</param>
internal sealed record MarkupLimits(int Bytes, int Depth, int Elements)
{
    /// <summary>The client's state: a host with ten thousand tasks in it has some 20 MB.</summary>
    public static MarkupLimits State { get; } = new(64 * 1024 * 1024, 32, 2_000_000);

    /// <summary>A reply of the client's port.</summary>
    public static MarkupLimits Reply { get; } = new(32 * 1024 * 1024, 32, 1_000_000);
}
