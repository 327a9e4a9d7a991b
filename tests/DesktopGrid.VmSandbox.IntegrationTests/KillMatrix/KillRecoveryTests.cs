using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.KillMatrix;

/// <summary>The recovery itself is killed: a first host dies at a step, a second one while it opens what that left, and a third finds everything in order.</summary>
internal sealed class KillRecoveryTests : StoreFixture
{
    private const string Kept = "kept";

    // What the first host does, the step at which it dies, the step at which the second one does, and whether it is in the quick tier.
    internal static readonly (string Verb, string Died, string Step, bool IsQuick)[] Deaths =
    [
        ("checkpoint", "checkpoint.named", "recover.checkpoints", true),
        ("checkpoint", "checkpoint.named", "recover.noted", false),
        ("checkpoint", "checkpoint.completed", "recover.checkpoints", false),
        ("checkpoint", "checkpoint.completed", "recover.noted", false),
        ("checkpoint", "checkpoint.noted", "recover.noted", false),
        ("remove", "remove.unnoted", "recover.checkpoints", false),
        ("resume", "resume.loaded", "recover.noted", false),
        ("start", "start.launched", "recover.ended", true),
        ("start", "start.loaded", "recover.noted", false),
        ("create", "create.folder", "recover.folder", false),
        ("create", "create.disk", "recover.folder", true),
    ];

    private VerbHost? _first, _second;

    protected override bool KillsHosts => true;

    private static IEnumerable<TestCaseData> Cases() =>
        from row in Deaths
        let data = new TestCaseData(row.Verb, row.Died, row.Step)
        select row.IsQuick ? data : data.SetCategory("Long");

    [TestCaseSource(nameof(Cases))]
    [CancelAfter(240_000)]
    public async Task Killed_while_a_store_is_recovered_the_next_opening_recovers_it(string verb, string died, string step, CancellationToken cancellationToken)
    {
        _first = VerbHost.Open(Store);
        var id = verb == "create" ? null : await PrepareAsync(_first, verb);
        await _first.KilledAtAsync("host", died, verb, id ?? (verb == "create" ? "outlives" : null), verb switch { "checkpoint" => "next", "remove" => Kept, _ => null });

        _second = VerbHost.Open(Store, "host", step);
        await _second.ReachedAsync(step);
        await _second.EndedAsync();

        await using var third = await Store.OpenHostAsync();
        ProcessTable.Naming(Store.StorePath).Should().NotContain(static process => process.CommandLine.Contains("qemu-system", StringComparison.Ordinal));
        var machines = await third.Machines.ListAsync(cancellationToken);
        machines.Select(static machine => machine.Id.ToString()).Should().Equal(id is null ? [] : [id]);
        foreach (var machine in machines)
        {
            machine.State.Should().Be(verb == "remove" ? VmState.Stopped : VmState.Failed);
            var checkpoints = await third.Machines.ListCheckpointsAsync(machine.Id, cancellationToken);
            checkpoints.Select(static checkpoint => checkpoint.Name).Should().Equal(died == "checkpoint.noted" ? ["next", Kept] : verb is "start" or "remove" ? [] : [Kept]);
            Directory.EnumerateFiles(Path.Combine(Store.StorePath, "machines", machine.Id.ToString()), "*.state*").Should().HaveCount(checkpoints.Count, "what nobody names is swept");
            foreach (var checkpoint in checkpoints)
            {
                (await third.Machines.ResumeAsync(machine.Id, checkpoint.Name, cancellationToken)).Should().Be(checkpoint);
                (await (await third.OpenSessionAsync(machine.Id, cancellationToken)).GetTextAsync("file", cancellationToken: cancellationToken)).Should().Be(checkpoint.Name == Kept ? "then" : "later");
                await third.Machines.StopAsync(machine.Id, TimeSpan.Zero, cancellationToken);
            }

            await third.Machines.StartAsync(machine.Id, cancellationToken);
            await third.Machines.DestroyAsync(machine.Id, cancellationToken);
        }
    }

    /// <summary>All machines go on from their checkpoints after a crash, and the next crash comes meanwhile.</summary>
    [TestCase("resume.fits", "host", Category = "Long")]
    [TestCase("resume.reverted", "host")]
    [TestCase("resume.launched", "host", Category = "Long")]
    [TestCase("resume.launched", "qemu", Category = "Long")]
    [TestCase("resume.loaded", "host", Category = "Long")]
    [TestCase("resume.loaded", "qemu")]
    [TestCase("resume.running", "host", Category = "Long")]
    [TestCase("resume.running", "qemu", Category = "Long")]
    [TestCase("resume.renewed", "host", Category = "Long")]
    [TestCase("resume.renewed", "qemu", Category = "Long")]
    [CancelAfter(240_000)]
    public async Task Killed_while_machines_are_let_go_on_they_go_on_the_next_time(string step, string target, CancellationToken cancellationToken)
    {
        _first = VerbHost.Open(Store);
        var id = await PrepareAsync(_first, "recover");
        await _first.KillAsync();
        _second = VerbHost.Open(Store);
        await _second.KilledAtAsync(target, step, "recover", null);

        await using var third = await Store.OpenHostAsync();
        var recovered = await third.Machines.RecoverAsync(cancellationToken);

        recovered.Should().ContainSingle().Which.Checkpoint!.Name.Should().Be(Kept);
        (await (await third.OpenSessionAsync(VmId.Parse(id), cancellationToken)).GetTextAsync("file", cancellationToken: cancellationToken)).Should().Be("then");
        await third.Machines.DestroyAsync(VmId.Parse(id), cancellationToken);
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

    private static async Task<string> PrepareAsync(VerbHost host, string verb)
    {
        // One that outlives its host: otherwise the kernel leaves no process for the recovery to end.
        var id = await host.DoAsync("create", verb == "start" ? "outlives" : null);
        if (verb == "start")
        {
            return id;
        }

        await host.DoAsync("start", id);
        await host.DoAsync("put", id, "then");
        await host.DoAsync("checkpoint", id, Kept);
        await host.DoAsync("put", id, "later");
        if (verb is "resume" or "remove")
        {
            await host.DoAsync("stop", id);
        }

        return id;
    }
}
