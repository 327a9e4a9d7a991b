using System.Globalization;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.IntegrationTests.Checkpoints;

/// <summary>
/// The power goes at each step of a checkpoint: the store is copied there, with QEMU halted, once as it is and once without what was not synced by
/// then. Whatever of it arrives, what the catalog names is whole, and what was reported before is there.
/// </summary>
[CancelAfter(300_000)]
internal sealed class PowerCutTests : StoreFixture
{
    private const string Kept = "kept", Next = "next", Wal = "catalog.db-wal";

    private static readonly string[] Steps = ["begun", "standing", "instant", "completed", "saved", "flushed", "named", "noted"];
    private static readonly string[] Delicate = ["saved", "flushed", "named", "noted"];

    [Test]
    public Task Whatever_was_not_synced_at_a_late_step_the_catalog_names_only_what_is_whole(CancellationToken cancellationToken) => CutAsync(Delicate, [true], cancellationToken);

    [Test]
    [Category("Long")]
    public Task Whatever_was_not_synced_at_any_step_the_catalog_names_only_what_is_whole(CancellationToken cancellationToken) => CutAsync(Steps, [false, true], cancellationToken);

    private async Task CutAsync(string[] steps, bool[] losses, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Store.Path_($"cuts-{steps.Length}")).FullName;
        VmId id;
        using (var watcher = new AtStep(step => Copy(folder, step)))
        {
            await using var host = await Store.OpenHostAsync(loggers: watcher);
            id = await host.StartNewAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken);
            var session = await host.OpenSessionAsync(id, cancellationToken);
            await session.PutTextAsync("file", "then", cancellationToken: cancellationToken);
            watcher.Watch("noted");
            await host.Machines.CheckpointAsync(id, Kept, cancellationToken);
            Directory.Move(Path.Combine(folder, "noted"), Path.Combine(folder, "durable"));
            await session.PutTextAsync("file", "later", cancellationToken: cancellationToken);
            watcher.Watch(steps);
            await host.Machines.CheckpointAsync(id, Next, cancellationToken);
            watcher.Watch();
            // Before anybody opens a copy, which names its process.
            await host.Machines.DestroyAsync(id, cancellationToken);
        }

        foreach (var step in steps)
        {
            foreach (var isLost in losses)
            {
                await JudgeAsync(folder, step, isLost, id, cancellationToken);
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task JudgeAsync(string folder, string step, bool isLost, VmId id, CancellationToken cancellationToken)
    {
        var copy = Path.Combine(folder, $"{step}-{(isLost ? "lost" : "whole")}");
        await GuestProgram.RunOnHostAsync("cp", "-a", Path.Combine(folder, step), copy);
        var machine = Path.Combine(copy, "machines", id.ToString());
        if (isLost)
        {
            await LoseAsync(Path.Combine(folder, "durable"), copy, machine, step);
        }

        await using var host = await Store.OpenHostAsync(options => options.StorePath = copy);
        var which = $"the power went at {step}, with {(isLost ? "all that was not synced" : "nothing")} lost";
        (await host.StateAsync(id)).Should().Be(VmState.Failed, which);
        var checkpoints = await host.Machines.ListCheckpointsAsync(id, cancellationToken);
        checkpoints.Select(static checkpoint => checkpoint.Name).Should().Equal(step == "noted" ? [Next, Kept] : [Kept], which);
        Directory.EnumerateFiles(machine, "*.state*").Should().HaveCount(checkpoints.Count, "what nobody names is swept");
        foreach (var checkpoint in checkpoints)
        {
            (await host.Machines.ResumeAsync(id, checkpoint.Name, cancellationToken)).Should().Be(checkpoint, $"it is not passed over; {which}");
            (await (await host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken: cancellationToken)).Should().Be(checkpoint.Name == Kept ? "then" : "later");
            await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        }

        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    /// <summary>Takes from a copy what POSIX does not promise at that step: names in a folder that was not synced, a disk, and rows, since their last sync.</summary>
    private static async Task LoseAsync(string durable, string copy, string machine, string step)
    {
        foreach (var part in Directory.EnumerateFiles(machine, "*.part"))
        {
            File.Delete(part);
        }

        if (Array.IndexOf(Steps, step) < Array.IndexOf(Steps, "flushed"))
        {
            File.Copy(Path.Combine(durable, "machines", Path.GetFileName(machine), "root.qcow2"), Path.Combine(machine, "root.qcow2"), overwrite: true);
        }

        if (step != "noted")
        {
            // The log of rows is only ever added to, until it is begun anew; what it had at its last sync is a beginning of it.
            var log = await File.ReadAllBytesAsync(Path.Combine(copy, Wal));
            var before = await File.ReadAllBytesAsync(Path.Combine(durable, Wal));
            log.AsSpan(0, before.Length).SequenceEqual(before).Should().BeTrue("otherwise the log was begun anew, and this test must learn it");
            await File.WriteAllBytesAsync(Path.Combine(copy, Wal), before);
        }
    }

    /// <summary>By a program, since a process that closes a file of SQLite's loses all its locks on it; and with QEMU halted, whose disk would be torn.</summary>
    private void Copy(string folder, string step)
    {
        var target = Directory.CreateDirectory(Path.Combine(folder, step)).FullName;
        var processes = ProcessTable.Naming(Store.StorePath).Where(static process => process.CommandLine.Contains("qemu-system", StringComparison.Ordinal)).Select(static process => process.Id.ToString(CultureInfo.InvariantCulture)).ToArray();
        Run("kill", ["-STOP", .. processes]);
        Run("cp", ["-a", .. ((string[])["catalog.db", Wal, "images", "machines", "logs"]).Select(name => Path.Combine(Store.StorePath, name)), target]);
        Run("kill", ["-CONT", .. processes]);
    }

    private static void Run(string program, string[] arguments) => GuestProgram.RunOnHostAsync(program, arguments).GetAwaiter().GetResult();

    /// <summary>Does something at some steps of a checkpoint: at exactly that line, since a logger is called there.</summary>
    private sealed class AtStep(Action<string> act) : ILoggerFactory, ILogger
    {
        private const string Prefix = " checkpoint.";

        private volatile string[] _steps = [];

        public void Watch(params string[] steps) => _steps = steps;

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == SandboxEventId.MachineStep && formatter(state, exception) is var said && said.LastIndexOf(Prefix, StringComparison.Ordinal) is > 0 and var at && _steps.Contains(said[(at + Prefix.Length)..]))
            {
                act(said[(at + Prefix.Length)..]);
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
