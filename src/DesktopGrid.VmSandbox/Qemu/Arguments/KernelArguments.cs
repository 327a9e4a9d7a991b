using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Qemu.Arguments;

/// <summary>The kernel is given to QEMU directly: no firmware menu, no boot loader.</summary>
internal static class KernelArguments
{
    // A guest whose code is translated pays dearly for mitigations of what no translated code can do, and its translations are kept by
    // address. On real virtual CPUs both protections stay on. docs/guest-image.md has what they are worth.
    private const string UnderEmulation = "mitigations=off norandmaps";

    public static IReadOnlyList<string> For(MachineSpec spec) =>
    [
        "-kernel", spec.KernelPath,
        "-initrd", spec.InitrdPath,
        "-append", string.Join(' ', Line(spec)),
    ];

    private static IEnumerable<string> Line(MachineSpec spec)
    {
        yield return spec.KernelCommandLine;
        if (spec.Accelerator == Accelerator.Tcg)
        {
            yield return UnderEmulation;
        }

        if (spec.Layers.Count > 0)
        {
            yield return $"{LayerLine.Variable}={LayerLine.Format(spec.Layers.Select(static layer => layer.Line))}";
        }
    }
}
