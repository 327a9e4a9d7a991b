namespace DesktopGrid.VmSandbox.PackageTests;

/// <summary>The library compiled ahead of time; that it compiles without a warning was seen when it was published.</summary>
public sealed class AheadOfTimeTests
{
    [Test]
    [CancelAfter(300_000)]
    public async Task A_native_program_runs_a_job(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("vmsandbox-aot-").FullName;
        try
        {
            var run = await Tool.RunAsync(Delivery.AotProgram, [folder], folder, new Dictionary<string, string?>(), cancellationToken);

            run.ExitCode.Should().Be(0, run.Said);
            run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal("exit code 7", "output ahead of time", "file TEXT", "message fraction_done 0.5", "machines left 0");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
