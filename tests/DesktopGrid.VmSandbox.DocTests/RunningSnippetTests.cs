using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Snippets;
using DesktopGrid.VmSandbox.Vms;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>The snippets that tell a whole story are also run, with the real QEMU and the real guest.</summary>
public sealed class RunningSnippetTests
{
    private string _folder = "";

    [SetUp]
    public void Make() => _folder = Directory.CreateTempSubdirectory("vmsandbox-docs-").FullName;

    [TearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    [CancelAfter(180_000)]
    public async Task The_quickstart_of_the_readme_runs(CancellationToken cancellationToken)
    {
        var result = await QuickstartSnippets.RunAsync(_folder, cancellationToken);

        result.IsSuccess.Should().BeTrue(result.GetStandardErrorText());
        (await File.ReadAllLinesAsync(Path.Combine(_folder, "counts.txt"), cancellationToken)).Select(static line => line.Trim()).Should().Equal("1 a", "2 b");
        result.Messages.Should().ContainSingle(static message => message.Key == "fraction_done");
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task The_verbs_one_by_one_run(CancellationToken cancellationToken)
    {
        await using var host = await OpenAsync(cancellationToken);
        var machine = await host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        await host.Machines.StartAsync(machine, cancellationToken);
        var session = await host.OpenSessionAsync(machine, cancellationToken);

        (await VerbSnippets.TaskAsync(host, machine, cancellationToken)).Should().Be("1\n2\n3\n");
        (await VerbSnippets.FollowAsync(session, cancellationToken)).Should().EndWith("gone\n");
        (await VerbSnippets.TryStopAsync(host, machine, cancellationToken)).Should().BeTrue();
        (await VerbSnippets.TryStopAsync(host, machine, cancellationToken)).Should().BeFalse("a stopped machine cannot be stopped");
        await VerbSnippets.MachineAsync(host, cancellationToken);

        (await host.Machines.ListAsync(cancellationToken)).Should().ContainSingle(status => status.Id == machine);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_machine_outlives_its_host_as_the_page_says(CancellationToken cancellationToken)
    {
        VmId machine;
        await using (var first = await OpenAsync(cancellationToken))
        {
            machine = await VerbSnippets.LeaveAsync(first, cancellationToken);
        }

        await using var second = await OpenAsync(cancellationToken);
        try
        {
            (await VerbSnippets.TakeUpAsync(second, cancellationToken)).Should().Be("done\n");
        }
        finally
        {
            await second.Machines.DestroyAsync(machine, CancellationToken.None);
        }
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_service_of_the_generic_host_runs_jobs_and_OpenTelemetry_sees_them(CancellationToken cancellationToken)
    {
        using var exporter = new Exporter();
        using var reader = new BaseExportingMetricReader(new Measurements());
        var (traces, metrics) = LogSnippets.Listen(exporter, reader);
        using (traces)
        using (metrics)
        {
            using var application = DependencyInjectionSnippets.Build([$"--Sandbox:Store={Path.Combine(_folder, "store")}"]);
            await application.StartAsync(cancellationToken);
            await application.Services.GetRequiredService<Channel<SandboxJob>>().Writer.WriteAsync(new SandboxJob { Program = "/bin/true" }, cancellationToken);
            var result = await application.Services.GetRequiredService<Channel<JobResult>>().Reader.ReadAsync(cancellationToken);
            await application.StopAsync(cancellationToken);

            result.IsSuccess.Should().BeTrue();
            exporter.Names.Should().Contain("vmsandbox.job").And.Contain(Enum.GetValues<JobPhase>().Except([JobPhase.Queued]).Select(static phase => $"vmsandbox.job.{phase.ToString().ToLowerInvariant()}"));
            metrics.ForceFlush().Should().BeTrue();
        }

        Directory.Exists(Path.Combine(_folder, "store")).Should().BeTrue("the option came from the configuration");
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_job_obeys_its_client(CancellationToken cancellationToken)
    {
        await using var host = await OpenAsync(cancellationToken);
        var client = Channel.CreateUnbounded<string>();
        var running = ClientSnippets.ObeyAsync(host, new SandboxJob { Program = "/bin/sh", Arguments = ["-c", "while :; do usleep 100000; done"] }, client.Reader, cancellationToken);

        await SayUntilAsync("suspend", VmState.Suspended);
        await SayUntilAsync("resume", VmState.Running);
        client.Writer.TryWrite("abort");

        await FluentActions.Awaiting(() => running).Should().ThrowAsync<OperationCanceledException>();
        (await host.Machines.ListAsync(cancellationToken)).Should().BeEmpty();
        (await ClientSnippets.TakeStockAsync(host, cancellationToken)).Should().BeEmpty("its caller was told");

        async Task SayUntilAsync(string word, VmState state)
        {
            while (!running.IsCompleted && (await host.Machines.ListAsync(cancellationToken)).All(machine => machine.State != state))
            {
                client.Writer.TryWrite(word);
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }

    private Task<SandboxHost> OpenAsync(CancellationToken cancellationToken)
    {
        var options = new SandboxHostOptions { StorePath = Path.Combine(_folder, "store") };
        // What the accelerators are worth here is another test's subject.
        options.Qemu.Accelerator = Accelerator.Tcg;
        return SandboxHost.OpenAsync(options, cancellationToken: cancellationToken);
    }

    /// <summary>Keeps the names of what OpenTelemetry exports.</summary>
    private sealed class Exporter : BaseExporter<Activity>
    {
        private readonly ConcurrentQueue<string> _names = new();

        public IReadOnlyCollection<string> Names => _names;

        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var activity in batch)
            {
                _names.Enqueue(activity.OperationName);
            }

            return ExportResult.Success;
        }
    }

    /// <summary>Fails the flush where a measurement of ours is missing.</summary>
    private sealed class Measurements : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch)
        {
            var names = new HashSet<string>();
            foreach (var metric in batch)
            {
                names.Add(metric.Name);
            }

            return names.SetEquals(["vmsandbox.jobs", "vmsandbox.job.duration", "vmsandbox.job.cpu_time"]) ? ExportResult.Success : ExportResult.Failure;
        }
    }
}
