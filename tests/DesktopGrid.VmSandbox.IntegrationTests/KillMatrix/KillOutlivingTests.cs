using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.KillMatrix;

/// <summary>
/// A machine that outlives its host process: each verb on it × each step × {host process, QEMU}. Where the host is killed, the machine goes on and
/// the next one takes it up; where QEMU is, the next host says so. Either way what was kept is there.
/// </summary>
internal sealed class KillOutlivingTests : StoreFixture
{
    private const string Kept = "kept", Next = "next";

    internal static readonly Dictionary<string, string[]> Steps = new()
    {
        ["start"] = ["start.launched", "start.loaded", "start.renewed"],
        ["load"] = ["load.joined", "load.noted"],
        ["checkpoint"] = ["checkpoint.begun", "checkpoint.standing", "checkpoint.instant", "checkpoint.completed", "checkpoint.saved", "checkpoint.flushed", "checkpoint.named", "checkpoint.noted"],
        ["remove"] = ["remove.unnoted", "remove.deleted"],
        ["suspend"] = ["suspend.done"],
        ["continue"] = ["continue.done"],
    };

    private static readonly string[] Sample = ["start.launched host", "load.joined host", "load.noted qemu", "checkpoint.standing host", "checkpoint.instant qemu"];

    private VerbHost? _host;

    protected override bool KillsHosts => true;

    private static IEnumerable<TestCaseData> Cases() =>
        from verb in Steps
        from step in verb.Value
        from target in (string[])["host", "qemu"]
        let data = new TestCaseData(verb.Key, step, target)
        select Sample.Contains($"{step} {target}") ? data : data.SetCategory("Long");

    [TestCaseSource(nameof(Cases))]
    [CancelAfter(240_000)]
    public async Task Killed_at_a_step_the_machine_goes_on_or_its_end_is_told(string verb, string step, string target, CancellationToken cancellationToken)
    {
        _host = VerbHost.Open(Store);
        var word = await PrepareAsync(verb);

        var answer = await _host.KilledAtAsync(target, step, verb, word, verb switch { "checkpoint" => Next, "remove" => Kept, _ => null });

        var id = VmId.Parse(word);
        var runs = target == "host" && verb != "start";
        await RunsAsync(id, target == "host", $"QEMU does not end with its host, but where it is killed; {answer}");
        await using var next = await Store.OpenHostAsync();
        await RunsAsync(id, runs, "one that was never reported as running is nobody's");
        if (runs)
        {
            await TakenUpAsync(next, id, verb, cancellationToken);
        }
        else
        {
            var status = await next.Machines.LoadAsync(id, cancellationToken);
            (status.State, status.ProcessId).Should().Be((VmState.Failed, null));
            status.LastError.Should().NotBeNullOrEmpty("its end is told");
        }

        await JudgeCheckpointsAsync(next, id, verb, step == "checkpoint.noted" || (verb == "checkpoint" && answer?.Contains(" ok ", StringComparison.Ordinal) == true), cancellationToken);
        await next.Machines.DestroyAsync(id, cancellationToken);
    }

    [TearDown]
    public async Task EndHostAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    private static Task RunsAsync(VmId id, bool runs, string because) =>
        Eventually.HoldsAsync(() => ProcessTable.Naming($"vmsandbox-{id}").Any(static process => process.CommandLine.StartsWith("/usr/bin/qemu-system", StringComparison.Ordinal)) == runs, because);

    private static async Task TakenUpAsync(SandboxHost host, VmId id, string verb, CancellationToken cancellationToken)
    {
        var status = await host.Machines.LoadAsync(id, cancellationToken);
        status.State.Should().Be(verb == "suspend" ? VmState.Suspended : VmState.Running);
        if (verb == "suspend")
        {
            await host.Machines.ContinueAsync(id, cancellationToken);
        }

        (await (await host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken: cancellationToken)).Should().Be("later", "it is the same run of the guest");
        // Whatever was under way when its host died is not in the way.
        await host.Machines.CheckpointAsync(id, "after", cancellationToken);
        await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        await ResumeAsync(host, id, "after", "later", cancellationToken);
    }

    private static async Task JudgeCheckpointsAsync(SandboxHost host, VmId id, string verb, bool hasNext, CancellationToken cancellationToken)
    {
        var names = (await host.Machines.ListCheckpointsAsync(id, cancellationToken)).Select(static checkpoint => checkpoint.Name).Where(static name => name != "after").ToList();
        // One whose QEMU is killed when it has given all may become whole nonetheless.
        names.Should().Equal(hasNext ? [Next, Kept] : verb is "start" or "remove" ? [] : [Kept]);
        foreach (var name in names)
        {
            await ResumeAsync(host, id, name, name == Kept ? "then" : "later", cancellationToken);
        }
    }

    private static async Task ResumeAsync(SandboxHost host, VmId id, string name, string content, CancellationToken cancellationToken)
    {
        (await host.Machines.ResumeAsync(id, name, cancellationToken)).Name.Should().Be(name, "it is not passed over");
        (await (await host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken: cancellationToken)).Should().Be(content);
        await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
    }

    private async Task<string> PrepareAsync(string verb)
    {
        var id = await _host!.DoAsync("create", "outlives");
        if (verb == "start")
        {
            return id;
        }

        await _host.DoAsync("start", id);
        await _host.DoAsync("put", id, "then");
        await _host.DoAsync("checkpoint", id, Kept);
        await _host.DoAsync("put", id, "later");
        if (verb == "continue")
        {
            await _host.DoAsync("suspend", id);
        }
        else if (verb == "load")
        {
            await _host.KillAsync();
            await _host.DisposeAsync();
            _host = VerbHost.Open(Store);
        }

        return id;
    }
}
