using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Snippets;

/// <summary>A program that comes with its dependencies.</summary>
public static class LayerSnippets
{
    /// <summary>A layer of Debian's packages, and a job that uses it.</summary>
    public static async Task<JobResult> DockAsync(SandboxHost host, string project, string slot, CancellationToken cancellationToken)
    {
        // snippet: layers
        // Once for a store; made by: build/guest.sh debian --with autodock-vina
        var layer = await host.Images.ImportAsync(new LayerImport { Path = Path.Combine(project, "autodock-vina.tar.gz"), Name = "autodock-vina" }, cancellationToken: cancellationToken);

        var result = await host.RunAsync(
            new SandboxJob
            {
                Program = "/usr/bin/vina",
                Arguments = ["--config", "conf.txt"],
                Inputs = [.. Directory.EnumerateFiles(slot).Select(static file => JobFile.FromHost(file))],
                Outputs = [new JobOutput("docked.pdbqt", Path.Combine(slot, "docked.pdbqt"))],
                Machine = new VmOptions { MemoryMiB = 2048, Layers = [layer.Name] },
            },
            cancellationToken: cancellationToken);
        // end
        return result;
    }
}
