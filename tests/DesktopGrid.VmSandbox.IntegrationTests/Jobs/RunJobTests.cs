using System.Text;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

public sealed class RunJobTests
{
    [Test]
    [CancelAfter(120_000)]
    public async Task A_job_gives_its_exit_code_its_output_and_its_files(CancellationToken cancellationToken)
    {
        await using var store = await TempStore.OpenAsync();
        var output = store.Path_("out.txt");
        var job = new SandboxJob
        {
            Program = "/bin/sh",
            Arguments = ["-c", "read line; echo \"$line $GREETING\"; echo bad >&2; tr a-z A-Z < in.txt > out.txt; msg_to_host fraction_done 0.5; exit 7"],
            Environment = new Dictionary<string, string> { ["GREETING"] = "world" },
            Inputs = [JobFile.FromText("in.txt", "some text\n")],
            StandardInput = WriteFile(store.Path_("stdin"), "hello\n"),
            Outputs = [new JobOutput("out.txt", output)],
        };
        var seen = new List<JobProgress>();

        var result = await store.Host.RunAsync(job, new Recorder(seen), cancellationToken: cancellationToken);

        result.ExitCode.Should().Be(7);
        Encoding.UTF8.GetString(result.StandardOutput.Span).Should().Be("hello world\n");
        Encoding.UTF8.GetString(result.StandardError.Span).Should().Be("bad\n");
        (await File.ReadAllTextAsync(output, cancellationToken)).Should().Be("SOME TEXT\n");
        result.Messages.Should().ContainSingle(message => message.Key == "fraction_done" && message.Value == "0.5");
        seen.Should().Contain(progress => progress.FractionDone == 0.5);
        result.Phases.Select(phase => phase.Phase).Should().Equal(TestJobs.Phases);
        (await store.Host.Machines.ListAsync(cancellationToken)).Should().BeEmpty();
        TestContext.Out.WriteLine(string.Join(", ", result.Phases.Select(phase => $"{phase.Phase} {phase.Duration.TotalMilliseconds:0} ms")));
    }

    private static string WriteFile(string path, string text)
    {
        File.WriteAllText(path, text);
        return path;
    }

    private sealed class Recorder(List<JobProgress> seen) : IProgress<JobProgress>
    {
        public void Report(JobProgress value)
        {
            lock (seen)
            {
                seen.Add(value);
            }
        }
    }
}
