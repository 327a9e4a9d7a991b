using System.Diagnostics;
using DesktopGrid.VmSandbox.Applications;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.IntegrationTests.Applications;

/// <summary>
/// Real applications as Debian packs them give in the guest what they give on the host. The data come from the packages themselves: the guest
/// gives them out, and the host's run reads the same.
/// </summary>
[Category("Long")]
[CancelAfter(1_800_000)]
internal sealed class ApplicationTests
{
    // In the guest as on the host: the packages' own folders.
    private const string DockingData = "/usr/share/doc/autodock-vina/test-data", Scene = "/usr/share/doc/povray/examples/advanced/woodbox.pov";

    private static string Scripts => AppContext.BaseDirectory;

    [Test]
    public async Task Docking_gives_the_bytes_that_it_gives_on_the_host(CancellationToken cancellationToken)
    {
        await using var store = await DebianStore.OpenAsync("autodock-vina", "/usr/bin/vina", cancellationToken);
        var data = await FetchAsync(store, "autodock-vina", DockingData, ["conf.txt", "ligand.pdbqt", "protein.pdbqt.gz"], cancellationToken);

        var result = await store.Host.RunAsync(ApplicationJobs.Dock(Scripts, "autodock-vina", store.Folder), cancellationToken);

        result.ExitCode.Should().Be(0, result.GetStandardErrorText());
        Tell(result);
        var here = await RunOnHostAsync(store, "dock.sh", data, cancellationToken);
        var docked = await File.ReadAllTextAsync(store.Path_("out.pdbqt"), cancellationToken);
        docked.Should().StartWith("MODEL 1").And.Contain("REMARK VINA RESULT");
        docked.Should().Be(await File.ReadAllTextAsync(Path.Combine(here, "out.pdbqt"), cancellationToken));
    }

    [Test]
    public async Task Rendering_gives_the_pixels_that_it_gives_on_the_host_and_tells_how_far_it_is(CancellationToken cancellationToken)
    {
        await using var store = await DebianStore.OpenAsync("povray", "/usr/bin/povray", cancellationToken);
        var data = await FetchAsync(store, "povray", Path.GetDirectoryName(Scene)!, [Path.GetFileName(Scene)], cancellationToken);
        var recorder = new Recorder();

        var result = await store.Host.RunAsync(ApplicationJobs.Render(Scripts, "povray", store.Folder), recorder, cancellationToken: cancellationToken);

        result.ExitCode.Should().Be(0, result.GetStandardOutputText());
        Tell(result);
        var here = await RunOnHostAsync(store, "render.sh", Path.Combine(data, Path.GetFileName(Scene)), cancellationToken);
        var (picture, expected) = (PngPixels.Read(store.Path_("picture.png")), PngPixels.Read(Path.Combine(here, "picture.png")));
        (picture.Width, picture.Height, picture.Channels).Should().Be((320, 240, 3));
        picture.Bytes.Distinct().Should().HaveCountGreaterThan(100, "a picture of nothing would prove nothing");
        picture.Bytes.AsSpan().SequenceEqual(expected.Bytes).Should().BeTrue("each pixel is the host's");
        var fractions = recorder.Seen.Select(static progress => progress.FractionDone).OfType<double>().Distinct().ToList();
        fractions.Should().HaveCountGreaterThan(5).And.BeInAscendingOrder();
        fractions[^1].Should().Be(1);
    }

    /// <summary>Has the guest give out files of a layer.</summary>
    /// <returns>Their folder on the host.</returns>
    private static async Task<string> FetchAsync(TempStore store, string layer, string folder, string[] names, CancellationToken cancellationToken)
    {
        var target = store.Path_("data");
        var job = TestJobs.Shell($"cp {string.Join(' ', names.Select(name => $"{folder}/{name}"))} .") with
        {
            Outputs = [.. names.Select(name => new JobOutput(name, Path.Combine(target, name)))],
            Machine = new() { Layers = [layer] },
        };
        var result = await store.Host.RunAsync(job, cancellationToken);
        result.ExitCode.Should().Be(0, result.GetStandardErrorText());
        return target;
    }

    /// <summary>Runs the job's script on the host, which has the same program.</summary>
    /// <returns>The folder with what it made.</returns>
    private static async Task<string> RunOnHostAsync(TempStore store, string script, string argument, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(store.Path_("host")).FullName;
        using var process = Process.Start(new ProcessStartInfo("bash", [Path.Combine(Scripts, script), argument]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        using var output = process.StandardOutput;
        var said = await output.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        process.ExitCode.Should().Be(0, said);
        return folder;
    }

    private static void Tell(JobResult result) =>
        TestContext.Out.WriteLine($"CPU {result.CpuTime.TotalSeconds:0.0} s, {result.PeakMemoryBytes >> 20} MiB; {string.Join(", ", result.Phases.Select(static phase => $"{phase.Phase} {phase.Duration.TotalSeconds:0.0} s"))}");
}
