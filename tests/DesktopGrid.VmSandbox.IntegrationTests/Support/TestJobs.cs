using System.Text;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Support;

/// <summary>Jobs that are a line of shell.</summary>
internal static class TestJobs
{
    /// <summary>The phases of a job for which there is room at once, in their order.</summary>
    public static JobPhase[] Phases { get; } = [.. Enum.GetValues<JobPhase>().Except([JobPhase.Queued])];

    public static SandboxJob Shell(string script) => new() { Program = "/bin/sh", Arguments = ["-c", script] };

    public static string Text(this ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>Runs a job that must fail.</summary>
    public static async Task<JobException> FailAsync(this SandboxHost host, SandboxJob job, SandboxErrorCode code, TaskFate fate, IProgress<JobProgress>? progress = null, Func<TaskOutput, ValueTask>? onOutput = null, CancellationToken cancellationToken = default)
    {
        var failure = (await FluentActions.Awaiting(() => host.RunAsync(job, progress, onOutput, cancellationToken)).Should().ThrowAsync<JobException>()).Which;
        TestContext.Out.WriteLine($"{failure.Code} {failure.Fate} {failure.Step}: {failure.Message}");
        (failure.Code, failure.Fate).Should().Be((code, fate), failure.Message);
        return failure;
    }
}
