using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.KillMatrix;

/// <summary>
/// Each verb × each step × {host process, QEMU}: killed at exactly that line. Afterwards nothing runs, the next opening leaves nothing behind, the
/// machine is in a legal state, and a checkpoint that was reported before holds what the machine held.
/// </summary>
internal sealed class KillAtStepTests : StoreFixture
{
    private const string Kept = "kept", Next = "next";

    private static readonly string[] CheckpointSteps = ["checkpoint.begun", "checkpoint.standing", "checkpoint.instant", "checkpoint.completed", "checkpoint.saved", "checkpoint.flushed", "checkpoint.named", "checkpoint.noted"];

    internal static readonly Dictionary<string, string[]> Steps = new()
    {
        ["create"] = ["create.folder", "create.disk"],
        ["start"] =
        [
            "template.prepared", "template.ready", "template.saving.begun", "template.saving.standing", "template.saving.completed", "template.saved", "template.finished",
            "start.template", "start.disk", "start.launched", "start.loaded", "start.renewed",
        ],
        // A start without a template, and one that shares its memory.
        ["boot"] = ["start.launched", "start.booted"],
        ["share"] = ["start.shared.begun", "start.shared.standing", "start.shared.completed", "start.disk", "start.launched", "start.loaded", "start.renewed"],
        ["checkpoint"] = CheckpointSteps,
        ["resume"] = ["resume.fits", "resume.reverted", "resume.launched", "resume.loaded", "resume.running", "resume.renewed"],
        ["remove"] = ["remove.unnoted", "remove.deleted"],
        ["suspend"] = ["suspend.done"],
        ["continue"] = ["continue.done"],
        ["stop"] = ["stop.ended"],
        ["quit"] = [.. CheckpointSteps, "stop.ended"],
        ["export"] = ["export.fits", "export.extracted", "export.sent"],
        ["import"] = ["import.folder", "import.received", "import.kept", "import.named", "import.noted"],
        ["prune"] = ["remove.unnoted", "remove.deleted", "prune.checkpoint", "prune.template", "prune.log"],
        ["destroy"] = ["destroy.ended", "destroy.log", "destroy.files"],
    };

    // One of each verb in the quick tier, the most delicate.
    private static readonly string[] Sample =
    [
        "create create.disk", "start template.saved", "start start.loaded", "boot start.booted", "checkpoint checkpoint.instant", "checkpoint checkpoint.named", "resume resume.loaded", "remove remove.unnoted", "suspend suspend.done",
        "stop stop.ended", "quit checkpoint.noted", "export export.extracted", "import import.named", "prune remove.deleted", "destroy destroy.files",
    ];

    private static readonly string[] SampleWithQemu = ["start start.loaded", "share start.shared.standing", "checkpoint checkpoint.instant", "resume resume.loaded", "quit checkpoint.instant"];

    // Where there is a QEMU that can be killed.
    private static readonly string[] WithQemu =
    [
        "template.ready", "template.saving.begun", "template.saving.standing", "start.launched", "start.loaded", "start.renewed", "start.booted", "start.shared.begun", "start.shared.standing", "start.shared.completed",
        .. CheckpointSteps,
        "resume.launched", "resume.loaded", "resume.running", "resume.renewed", "remove.unnoted", "remove.deleted", "prune.checkpoint", "suspend.done", "continue.done",
    ];

    private VerbHost? _host;

    protected override bool KillsHosts => true;

    private string Exported => Store.Path_("exported");

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (var (verb, steps) in Steps)
        {
            foreach (var step in steps)
            {
                yield return Tier(new TestCaseData(verb, step, "host"), Sample.Contains($"{verb} {step}"));
                if (WithQemu.Contains(step))
                {
                    yield return Tier(new TestCaseData(verb, step, "qemu"), SampleWithQemu.Contains($"{verb} {step}"));
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
        _host = VerbHost.Open(Store);
        var id = verb == "create" ? null : await PrepareAsync(_host, verb);

        var answer = await (verb switch
        {
            "checkpoint" or "quit" => _host.KilledAtAsync(target, step, verb, id, Next),
            "remove" => _host.KilledAtAsync(target, step, verb, id, Kept),
            "export" => _host.KilledAtAsync(target, step, verb, id, Exported),
            "import" => _host.KilledAtAsync(target, step, verb, Exported),
            "prune" => _host.KilledAtAsync(target, step, verb, null),
            "boot" or "share" => _host.KilledAtAsync(target, step, "start", id),
            _ => _host.KilledAtAsync(target, step, verb, id),
        });

        await Eventually.HoldsAsync(() => ProcessTable.Naming(Store.StorePath).All(static process => !process.CommandLine.Contains("qemu-system", StringComparison.Ordinal)), "nothing runs without its host");
        await using var next = await Store.OpenHostAsync();
        var machines = await next.Machines.ListAsync(cancellationToken);
        if (verb is not ("create" or "destroy"))
        {
            machines.Should().HaveCount(step == "import.noted" ? 2 : 1, "one is there when the catalog says so, and not before");
        }

        foreach (var machine in machines)
        {
            await JudgeAsync(next, machine, verb, step, answer, cancellationToken);
            await JudgeVerbAgainAsync(next, machine, verb, cancellationToken);
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

        File.Delete(Exported);
        File.Delete(Exported + ".part");
    }

    private static async Task JudgeAsync(SandboxHost host, VmStatus machine, string verb, string step, string? answer, CancellationToken cancellationToken)
    {
        machine.State.Should().BeOneOf(VmState.Created, VmState.Stopped, VmState.Failed);
        if (verb is "create" or "start" or "boot" or "share")
        {
            if (answer is not null && step.StartsWith("start.shared.", StringComparison.Ordinal))
            {
                answer.Should().EndWith(" ok Running", "memory that could not be shared is no fault of the machine, which has its own then");
            }

            await host.Machines.StartAsync(machine.Id, cancellationToken);
            await (await host.OpenSessionAsync(machine.Id, cancellationToken)).PingAsync(cancellationToken);
            return;
        }

        var checkpoints = await host.Machines.ListCheckpointsAsync(machine.Id, cancellationToken);
        if (verb != "remove")
        {
            checkpoints.Should().Contain(static checkpoint => checkpoint.Name == Kept, "it was reported");
        }

        var isReported = verb == "checkpoint" ? answer?.Contains(" ok ", StringComparison.Ordinal) : answer?.EndsWith($" ok {Next}", StringComparison.Ordinal);
        if (verb is "checkpoint" or "quit" && (answer is null || isReported == true))
        {
            checkpoints.Any(static checkpoint => checkpoint.Name == Next).Should().Be(isReported == true || step is "checkpoint.noted" or "stop.ended", "it is there from its row on");
        }

        foreach (var checkpoint in checkpoints)
        {
            await ResumeAsync(host, machine.Id, checkpoint, cancellationToken);
        }
    }

    /// <summary>What was broken off can be done anew: nothing of the first time is in its way, and nothing is left of it.</summary>
    private async Task JudgeVerbAgainAsync(SandboxHost host, VmStatus machine, string verb, CancellationToken cancellationToken)
    {
        if (verb == "share")
        {
            var id = await host.StartNewAsync(new VmOptions { MemoryMiB = 128, ShareMemory = true }, cancellationToken);
            (await host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(StartPath.SharedTemplate, "the template itself is sound");
            await (await host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
            await host.Machines.DestroyAsync(id, cancellationToken);
        }

        if (verb == "export")
        {
            File.Exists(Exported).Should().BeFalse("it was not reported");
            await using (var file = File.Create(Exported))
            {
                await host.Machines.ExportCheckpointAsync(machine.Id, name: null, file, cancellationToken);
            }
        }

        if (verb is "export" or "import")
        {
            Directory.EnumerateFiles(Path.Combine(Store.StorePath, "machines", machine.Id.ToString()), "*.state*").Should().ContainSingle("the checkpoint's; what was not finished is swept");
            await using var file = File.OpenRead(Exported);
            var id = await host.Machines.ImportCheckpointAsync(file, cancellationToken: cancellationToken);
            await ResumeAsync(host, id, (await host.Machines.ListCheckpointsAsync(id, cancellationToken)).Single(), cancellationToken);
            await host.Machines.DestroyAsync(id, cancellationToken);
        }

        if (verb == "prune")
        {
            await host.PruneAsync(new StorePruneOptions { Checkpoints = true }, cancellationToken);
            (await host.Machines.ListCheckpointsAsync(machine.Id, cancellationToken)).Should().ContainSingle("the newest is work").Which.Name.Should().Be(Kept);
            (await host.GetUsageAsync(cancellationToken)).Items.Should().NotContain(static item => item.Kind == StoreItemKind.Template || (item.Kind == StoreItemKind.Log && !item.IsInUse));
        }
    }

    private static async Task ResumeAsync(SandboxHost host, VmId id, VmCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        (await host.Machines.ResumeAsync(id, checkpoint.Name, cancellationToken)).Should().Be(checkpoint, "it is not passed over");
        (await (await host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken: cancellationToken)).Should().Be(checkpoint.Name == Kept ? "then" : "later");
        await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
    }

    /// <summary>A machine that has what the verb needs, and a checkpoint.</summary>
    private async Task<string> PrepareAsync(VerbHost host, string verb)
    {
        var id = await host.DoAsync("create", verb switch { "boot" => "cold", "share" => "shared", _ => null });
        if (verb is "start" or "boot" or "share")
        {
            return id;
        }

        await host.DoAsync("start", id);
        if (verb == "prune")
        {
            // What nobody uses of each kind: an older checkpoint, a template, the log of a machine that is gone.
            await host.DoAsync("put", id, "later");
            await host.DoAsync("checkpoint", id, Next);
            var logged = await host.DoAsync("create", "logged");
            await host.DoAsync("start", logged);
            await host.DoAsync("destroy", logged);
        }

        await host.DoAsync("put", id, "then");
        await host.DoAsync("checkpoint", id, Kept);
        await host.DoAsync("put", id, "later");
        if (verb is "continue")
        {
            await host.DoAsync("suspend", id);
        }
        else if (verb is "resume" or "export" or "import")
        {
            await host.DoAsync("stop", id);
        }

        if (verb == "import")
        {
            await host.DoAsync("export", id, Exported);
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
}
