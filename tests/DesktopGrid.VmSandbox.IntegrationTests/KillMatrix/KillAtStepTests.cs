using System.Globalization;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.KillMatrix;

/// <summary>
/// Each verb × each step × {host process, QEMU}: killed at exactly that line. Afterwards nothing runs, the next opening leaves nothing behind, the
/// machine is in a legal state, and a checkpoint that was reported before holds what the machine held.
/// </summary>
internal sealed class KillAtStepTests : StoreFixture
{
    private const string Kept = "kept";

    private static readonly Dictionary<string, string[]> Steps = new()
    {
        ["create"] = ["create.folder", "create.disk"],
        ["start"] =
        [
            "template.prepared", "template.ready", "template.saving.begun", "template.saving.standing", "template.saving.completed", "template.saved", "template.finished",
            "start.template", "start.disk", "start.launched", "start.loaded", "start.renewed",
        ],
        ["checkpoint"] = ["checkpoint.begun", "checkpoint.standing", "checkpoint.instant", "checkpoint.completed", "checkpoint.saved", "checkpoint.flushed", "checkpoint.named", "checkpoint.noted"],
        ["resume"] = ["resume.fits", "resume.reverted", "resume.launched", "resume.loaded", "resume.running", "resume.renewed"],
        ["remove"] = ["remove.unnoted", "remove.deleted"],
        ["suspend"] = ["suspend.done"],
        ["continue"] = ["continue.done"],
        ["stop"] = ["stop.ended"],
        ["destroy"] = ["destroy.ended", "destroy.log", "destroy.files"],
    };

    // One of each verb in the quick tier, the most delicate.
    private static readonly string[] Sample = ["create.disk", "template.saved", "start.loaded", "checkpoint.instant", "checkpoint.named", "resume.loaded", "remove.unnoted", "suspend.done", "stop.ended", "destroy.files"];

    // Where there is a QEMU that can be killed.
    private static readonly string[] WithQemu =
    [
        "template.ready", "template.saving.begun", "template.saving.standing", "start.launched", "start.loaded", "start.renewed", "checkpoint.begun", "checkpoint.standing", "checkpoint.instant", "checkpoint.completed",
        "checkpoint.saved", "checkpoint.flushed", "checkpoint.named", "checkpoint.noted", "resume.launched", "resume.loaded", "resume.running", "resume.renewed", "remove.unnoted", "remove.deleted", "suspend.done", "continue.done",
    ];

    private TestHostProcess? _host;
    private int _number;

    protected override bool KillsHosts => true;

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (var (verb, steps) in Steps)
        {
            foreach (var step in steps)
            {
                yield return Tier(new TestCaseData(verb, step, "host"), Sample.Contains(step));
                if (WithQemu.Contains(step))
                {
                    yield return Tier(new TestCaseData(verb, step, "qemu"), step is "start.loaded" or "checkpoint.instant" or "resume.loaded");
                }
            }
        }

        static TestCaseData Tier(TestCaseData data, bool isQuick) => isQuick ? data : data.SetCategory("Long");
    }

    [TestCaseSource(nameof(Cases))]
    [CancelAfter(240_000)]
    public async Task Killed_at_a_step_nothing_is_lost_that_was_reported(string verb, string step, string target, CancellationToken cancellationToken)
    {
        RemoveTemplates(step);
        _host = TestHostProcess.Start(Store, "verbs");
        var id = verb == "create" ? null : await PrepareAsync(verb, step);
        await SayAsync("arm", target, step);

        var number = await TellAsync(verb, id, verb is "checkpoint" ? "next" : verb is "remove" ? Kept : null);
        await _host.HearAsync($"reached {step}");
        if (target == "host")
        {
            await Eventually.HoldsAsync(() => !ProcessTable.IsAlive(_host.Id), "it was killed");
        }
        else
        {
            // It ends with a word of the error, or, where the machine's end is no failure of it, well; and within a bound.
            await _host.HearAsync($"{number} ");
            await _host.KillAsync();
        }

        await Eventually.HoldsAsync(() => ProcessTable.Naming(Store.StorePath).All(static process => !process.CommandLine.Contains("qemu-system", StringComparison.Ordinal)), "nothing runs without its host");
        await using var next = await Store.OpenHostAsync();
        foreach (var machine in await next.Machines.ListAsync(cancellationToken))
        {
            await JudgeAsync(next, machine, verb, cancellationToken);
            await next.Machines.DestroyAsync(machine.Id, cancellationToken);
        }
    }

    [TearDown]
    public async Task EndHostAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    private static async Task JudgeAsync(SandboxHost host, VmStatus machine, string verb, CancellationToken cancellationToken)
    {
        machine.State.Should().BeOneOf(VmState.Created, VmState.Stopped, VmState.Failed);
        if (verb is "create" or "start")
        {
            await host.Machines.StartAsync(machine.Id, cancellationToken);
            await (await host.OpenSessionAsync(machine.Id, cancellationToken)).PingAsync(cancellationToken);
            return;
        }

        var checkpoints = await host.Machines.ListCheckpointsAsync(machine.Id, cancellationToken);
        if (verb != "remove")
        {
            checkpoints.Should().Contain(static checkpoint => checkpoint.Name == Kept, "it was reported");
        }

        foreach (var checkpoint in checkpoints)
        {
            await host.Machines.ResumeAsync(machine.Id, checkpoint.Name, cancellationToken);
            (await (await host.OpenSessionAsync(machine.Id, cancellationToken)).GetTextAsync("file", cancellationToken: cancellationToken)).Should().Be(checkpoint.Name == Kept ? "then" : "later");
            await host.Machines.StopAsync(machine.Id, TimeSpan.Zero, cancellationToken);
        }
    }

    /// <summary>A machine that has what the verb needs, and a checkpoint.</summary>
    private async Task<string> PrepareAsync(string verb, string step)
    {
        var id = (await SayAsync("create")).Split(' ')[2];
        if (verb == "start")
        {
            return id;
        }

        await OkAsync("start", id);
        await OkAsync("put", id, "then");
        await OkAsync("checkpoint", id, Kept);
        await OkAsync("put", id, "later");
        if (verb is "continue")
        {
            await OkAsync("suspend", id);
        }
        else if (verb is "resume")
        {
            await OkAsync("stop", id);
        }

        return id;
    }

    /// <summary>A template is only made where there is none.</summary>
    private void RemoveTemplates(string step)
    {
        if (step.StartsWith("template.", StringComparison.Ordinal))
        {
            Directory.Delete(Path.Combine(Store.StorePath, "templates"), recursive: true);
        }
    }

    private async Task OkAsync(string verb, string id, string? argument = null) => (await SayAsync(verb, id, argument)).Split(' ')[1].Should().Be("ok");

    private async Task<string> SayAsync(string verb, string? id = null, string? argument = null)
    {
        var number = await TellAsync(verb, id, argument);
        return await _host!.HearAsync($"{number} ");
    }

    private async Task<int> TellAsync(string verb, string? id, string? argument)
    {
        var number = ++_number;
        await _host!.TellAsync(string.Create(CultureInfo.InvariantCulture, $"{number} {string.Join(' ', ((string?[])[verb, id, argument]).OfType<string>())}"));
        return number;
    }
}
