using System.Collections.Concurrent;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.IntegrationTests.KillMatrix;

/// <summary>The kill matrix is complete: each step that a run of every verb tells is in one of its tables, and each of its tables is told.</summary>
internal sealed class StepListTests : StoreFixture
{
    private const string Kept = "kept", Next = "next";

    // Steps at which nobody is killed, and why.
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["prune.image"] = "an image that nobody uses stays for a minute after it was last asked for, for which no test waits",
    };

    private static readonly VmOptions Small = new() { MemoryMiB = 128 };

    private readonly StepRecorder _recorder = new();

    private VerbHost? _first, _second;

    protected override bool KillsHosts => true;

    [Test]
    [CancelAfter(300_000)]
    public async Task Every_step_that_is_told_is_one_at_which_somebody_is_killed(CancellationToken cancellationToken)
    {
        await TellRecoveryAsync(cancellationToken);
        await TellVerbsAsync(cancellationToken);

        string[] killedAt = [.. KillAtStepTests.Steps.Values.SelectMany(static steps => steps), .. KillOutlivingTests.Steps.Values.SelectMany(static steps => steps), .. KillRecoveryTests.Deaths.Select(static row => row.Step)];
        var told = _recorder.Steps;
        await TestContext.Out.WriteLineAsync(string.Join(' ', told));
        told.Except(killedAt).Except(Exceptions.Keys).Should().BeEmpty("each is in a table, or it is said why not");
        killedAt.Except(told).Should().BeEmpty("this run does every verb in every way: a new way of one belongs here as well");
        killedAt.Intersect(Exceptions.Keys).Should().BeEmpty("what is in a table is no exception");
    }

    [TearDown]
    public async Task EndHostsAsync()
    {
        if (_first is not null)
        {
            await _first.DisposeAsync();
        }

        if (_second is not null)
        {
            await _second.DisposeAsync();
        }
    }

    [OneTimeTearDown]
    public void EndRecorder() => _recorder.Dispose();

    /// <summary>What an opening finds after a host died while a machine ran, while it made one, and while one that was to outlive it started.</summary>
    private async Task TellRecoveryAsync(CancellationToken cancellationToken)
    {
        _first = VerbHost.Open(Store);
        await _first.DoAsync("start", await _first.DoAsync("create"));
        await _first.KilledAtAsync("host", "create.folder", "create", null);
        await using (var host = await Store.OpenHostAsync(loggers: _recorder))
        {
            await DestroyAllAsync(host, cancellationToken);
        }

        _second = VerbHost.Open(Store);
        await _second.KilledAtAsync("host", "start.launched", "start", await _second.DoAsync("create", "outlives"));
        await using (var host = await Store.OpenHostAsync(loggers: _recorder))
        {
            await DestroyAllAsync(host, cancellationToken);
        }
    }

    private async Task TellVerbsAsync(CancellationToken cancellationToken)
    {
        // A template is only made where there is none.
        Directory.Delete(Path.Combine(Store.StorePath, "templates"), recursive: true);
        VmId outliving;
        await using (var host = await Store.OpenHostAsync(loggers: _recorder))
        {
            var machines = host.Machines;
            var id = await host.StartNewAsync(Small, cancellationToken);
            await host.StartNewAsync(Small with { WarmStart = false }, cancellationToken);
            await host.StartNewAsync(Small with { ShareMemory = true }, cancellationToken);
            await machines.DestroyAsync(await host.StartNewAsync(Small with { KeepLog = TimeSpan.FromDays(1) }, cancellationToken), cancellationToken);
            await machines.SuspendAsync(id, cancellationToken);
            await machines.ContinueAsync(id, cancellationToken);
            await machines.CheckpointAsync(id, Kept, cancellationToken);
            await machines.QuitAsync(id, new VmKeepWork { Name = Next }, cancellationToken);
            await machines.ResumeAsync(id, Kept, cancellationToken);
            await machines.StopAsync(id, cancellationToken: cancellationToken);
            using (var file = new MemoryStream())
            {
                await machines.ExportCheckpointAsync(id, Next, file, cancellationToken);
                file.Position = 0;
                await machines.ImportCheckpointAsync(file, cancellationToken: cancellationToken);
            }

            await host.PruneAsync(new StorePruneOptions { Checkpoints = true }, cancellationToken);
            await machines.RemoveCheckpointAsync(id, Next, cancellationToken);
            outliving = await host.StartNewAsync(Small with { OutlivesHost = true }, cancellationToken);
        }

        await using (var host = await Store.OpenHostAsync(loggers: _recorder))
        {
            await host.Machines.LoadAsync(outliving, cancellationToken);
            await DestroyAllAsync(host, cancellationToken);
        }
    }

    private static async Task DestroyAllAsync(SandboxHost host, CancellationToken cancellationToken)
    {
        foreach (var machine in await host.Machines.ListAsync(cancellationToken))
        {
            await host.Machines.DestroyAsync(machine.Id, cancellationToken);
        }
    }

    private sealed class StepRecorder : ILoggerFactory, ILogger
    {
        private readonly ConcurrentDictionary<string, bool> _steps = new();

        public IReadOnlyList<string> Steps => [.. _steps.Keys.Order(StringComparer.Ordinal)];

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == SandboxEventId.MachineStep)
            {
                _steps[formatter(state, exception).Split(' ')[^1]] = true;
            }
        }

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }
}
