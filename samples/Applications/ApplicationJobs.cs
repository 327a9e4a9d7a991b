using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Applications;

/// <summary>Two ordinary applications as Debian packs them, in a layer over the Debian base: nothing in them knows of a sandbox.</summary>
public static class ApplicationJobs
{
    /// <summary>AutoDock Vina docks a ligand. Its grid takes half a gigabyte.</summary>
    /// <param name="scripts">The folder with <c>dock.sh</c>.</param>
    /// <param name="layer">The layer with the package <c>autodock-vina</c>.</param>
    /// <param name="results">The folder for <c>out.pdbqt</c>.</param>
    public static SandboxJob Dock(string scripts, string layer, string results) =>
        Describe(scripts, "dock.sh", "/usr/share/doc/autodock-vina/test-data", layer, memoryMiB: 2048, Path.Combine(results, "out.pdbqt"));

    /// <summary>POV-Ray renders a scene of its own examples.</summary>
    /// <param name="scripts">The folder with <c>render.sh</c>.</param>
    /// <param name="layer">The layer with the packages <c>povray</c>, <c>povray-includes</c> and <c>povray-examples</c>.</param>
    /// <param name="results">The folder for <c>picture.png</c>.</param>
    public static SandboxJob Render(string scripts, string layer, string results) =>
        Describe(scripts, "render.sh", "/usr/share/doc/povray/examples/advanced/woodbox.pov", layer, memoryMiB: 512, Path.Combine(results, "picture.png")) with
        {
            FractionDone = new FractionDoneSource { OutputPattern = @"Rendered (\d+) of (\d+) pixels" },
        };

    private static SandboxJob Describe(string scripts, string script, string argument, string layer, int memoryMiB, string output) => new()
    {
        Program = script,
        Arguments = [argument],
        Inputs = [JobFile.FromHost(Path.Combine(scripts, script))],
        Outputs = [new JobOutput(Path.GetFileName(output), output)],
        Limits = new JobLimits { WallTime = TimeSpan.FromHours(1) },
        Machine = new VmOptions { MemoryMiB = memoryMiB, Layers = [layer] },
    };
}
