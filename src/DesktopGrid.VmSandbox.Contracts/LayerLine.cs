using System.Globalization;

namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>
/// A machine's layers as the kernel's line tells them to the daemon: <c>vmsandbox_layers=ext4.root.1,iso9660.addition.0</c>, the lowest first. The
/// disk of each has a serial, since the names that the kernel gives to disks depend on what else there is.
/// </summary>
/// <param name="FileSystem">As mount(8) names it.</param>
/// <param name="IsRoot">Whether it is a whole root, in the place of the image's.</param>
/// <param name="Partition">Which one; 0 for the whole disk.</param>
public sealed record LayerLine(string FileSystem, bool IsRoot, int Partition)
{
    /// <summary>The most layers of a machine.</summary>
    public const int MaxCount = 8;

    /// <summary>What they are called on the kernel's line, and in the environment of the first process.</summary>
    public const string Variable = "vmsandbox_layers";

    private const string Root = "root", Addition = "addition";

    /// <summary>The serial of a layer's disk.</summary>
    /// <param name="number">From 0, the lowest.</param>
    public static string Serial(int number) => string.Create(CultureInfo.InvariantCulture, $"layer{number}");

    /// <summary>What stands behind the variable's name.</summary>
    public static string Format(IEnumerable<LayerLine> layers) =>
        string.Join(',', layers.Select(static layer => string.Create(CultureInfo.InvariantCulture, $"{layer.FileSystem}.{(layer.IsRoot ? Root : Addition)}.{layer.Partition}")));

    /// <summary>The layers; none for null or nothing.</summary>
    /// <exception cref="FormatException">It is no such text.</exception>
    public static IReadOnlyList<LayerLine> Parse(string? text) => string.IsNullOrEmpty(text) ? [] : [.. text.Split(',').Select(One)];

    private static LayerLine One(string text) => text.Split('.') switch
    {
        [{ Length: > 0 } system, (Root or Addition) and var kind, var partition] when int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var number) =>
            new LayerLine(system, kind == Root, number),
        _ => throw new FormatException($"\"{text}\" is no layer."),
    };
}
