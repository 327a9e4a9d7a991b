using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Checkpoints;

/// <summary>
/// Each verb × each step: its caller gives up at exactly that line, or a moment later. Afterwards the machine is in a state that the table allows, can
/// be used, and a checkpoint that was reported before holds what the machine held.
/// </summary>
[CancelAfter(240_000)]
internal sealed class CancelAtStepTests : StoreFixture
{
    private const string Kept = "kept", Next = "next";
    private const int MostLaterMs = 50;

    private static readonly Dictionary<string, string[]> Steps = new()
    {
        ["create"] = ["create.folder", "create.disk"],
        ["start"] =
        [
            "template.prepared", "template.ready", "template.saving.begun", "template.saving.standing", "template.saving.completed", "template.saved", "template.finished",
            "start.template", "start.disk", "start.launched", "start.loaded", "start.renewed",
        ],
        ["boot"] = ["start.launched", "start.booted"],
        ["checkpoint"] = ["checkpoint.begun", "checkpoint.standing", "checkpoint.instant", "checkpoint.completed", "checkpoint.saved", "checkpoint.flushed", "checkpoint.named", "checkpoint.noted"],
        ["resume"] = ["resume.fits", "resume.reverted", "resume.launched", "resume.loaded", "resume.running", "resume.renewed"],
        ["remove"] = ["remove.unnoted", "remove.deleted"],
        ["suspend"] = ["suspend.done"],
        ["continue"] = ["continue.done"],
        ["stop"] = ["stop.ended"],
        ["destroy"] = ["destroy.ended", "destroy.log", "destroy.files"],
        ["export"] = ["export.fits", "export.extracted"],
        ["import"] = ["import.received", "import.kept", "import.named"],
    };

    // The most delicate.
    private static readonly string[] Sample = ["start template.ready", "start start.loaded", "boot start.launched", "checkpoint checkpoint.instant", "checkpoint checkpoint.saved", "resume resume.loaded", "import import.kept"];

    private byte[] _exported = [];

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (var (verb, steps) in Steps)
        {
            foreach (var step in steps)
            {
                foreach (var isLater in (bool[])[false, true])
                {
                    var data = new TestCaseData(verb, step, isLater);
                    yield return !isLater && Sample.Contains($"{verb} {step}") ? data : data.SetCategory("Long");
                }
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public async Task Given_up_at_a_step_a_legal_state_is_left_and_nothing_is_lost(string verb, string step, bool isLater, CancellationToken cancellationToken)
    {
        RemoveTemplates(step);
        using var caller = new CancelAt();
        await using var host = await Store.OpenHostAsync(loggers: caller);
        var id = await PrepareAsync(host, verb, cancellationToken);
        var before = id is { } known ? await host.StateAsync(known) : (VmState?)null;
        var after = isLater ? TimeSpan.FromMilliseconds(TestContext.CurrentContext.Random.Next(1, MostLaterMs)) : TimeSpan.Zero;
        caller.Arm(step, after);

        var wasGivenUp = await IsGivenUpAsync(() => ActAsync(host, verb, id, caller.Token));

        caller.WasReached.Should().BeTrue("the verb came to the step");
        await TestContext.Out.WriteLineAsync($"{verb} {(wasGivenUp ? "was given up" : "was too far")} {after.TotalMilliseconds:0} ms after {step}");
        foreach (var machine in await host.Machines.ListAsync(cancellationToken))
        {
            machine.State.Should().BeOneOf(Allowed(verb, before, wasGivenUp));
            Directory.EnumerateFiles(Path.Combine(Store.StorePath, "machines", machine.Id.ToString()), "*.part").Should().BeEmpty();
            await JudgeAsync(host, machine, verb, cancellationToken);
            await host.Machines.DestroyAsync(machine.Id, cancellationToken);
        }
    }

    /// <summary>The one moment that no step tells: between QEMU's order and its answer.</summary>
    [TestCase(12)]
    [TestCase(200, Category = "Long")]
    public async Task Given_up_in_the_middle_of_suspend_or_continue_the_catalog_and_the_guest_agree(int rounds, CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        for (var round = 0; round < rounds; round++)
        {
            var isSuspended = await Host.StateAsync(id) == VmState.Suspended;
            using var caller = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var acting = isSuspended ? Host.Machines.ContinueAsync(id, caller.Token) : Host.Machines.SuspendAsync(id, caller.Token);
            // From at once to well after the whole.
            Thread.SpinWait(round % 12 * 2000);
            await caller.CancelAsync();
            await IsGivenUpAsync(() => acting);

            (await IsStandingAsync(session, cancellationToken)).Should().Be(await Host.StateAsync(id) == VmState.Suspended, "the catalog says what QEMU does");
        }

        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    private static async Task<bool> IsGivenUpAsync(Func<Task> act)
    {
        try
        {
            await act();
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private static async Task<bool> IsStandingAsync(ISandboxSession session, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A guest that stands answers never, and one that runs within milliseconds; a busy computer has this long.
        bound.CancelAfter(TimeSpan.FromSeconds(2));
        return await IsGivenUpAsync(() => session.PingAsync(bound.Token));
    }

    private static VmState[] Allowed(string verb, VmState? before, bool wasGivenUp)
    {
        var reached = verb switch
        {
            "create" => VmState.Created,
            "start" or "boot" or "resume" or "continue" or "checkpoint" or "remove" => VmState.Running,
            "suspend" => VmState.Suspended,
            _ => VmState.Stopped,
        };
        return (verb, wasGivenUp) switch
        {
            (_, false) => [reached],
            // A guest that had begun to run has ended by itself.
            ("start" or "boot" or "resume", true) => [before!.Value, VmState.Failed],
            // It is on its way to nothing.
            ("destroy", true) => [before!.Value, VmState.Failed, VmState.Stopped],
            ("create" or "import", true) => [],
            _ => [before!.Value, reached],
        };
    }

    private static async Task JudgeAsync(SandboxHost host, VmStatus machine, string verb, CancellationToken cancellationToken)
    {
        var id = machine.Id;
        if (machine.State == VmState.Suspended)
        {
            await host.Machines.ContinueAsync(id, cancellationToken);
        }
        else if (machine.State != VmState.Running && verb is "create" or "start" or "boot")
        {
            await host.Machines.StartAsync(id, cancellationToken);
        }

        if (await host.StateAsync(id) == VmState.Running)
        {
            await (await host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
            await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        }

        var checkpoints = await host.Machines.ListCheckpointsAsync(id, cancellationToken);
        if (verb is not ("create" or "start" or "boot" or "remove"))
        {
            checkpoints.Should().Contain(static checkpoint => checkpoint.Name == Kept, "it was reported");
        }

        foreach (var checkpoint in checkpoints)
        {
            await host.Machines.ResumeAsync(id, checkpoint.Name, cancellationToken);
            (await (await host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken: cancellationToken)).Should().Be(checkpoint.Name == Kept ? "then" : "later");
            await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        }
    }

    private async Task ActAsync(SandboxHost host, string verb, VmId? machine, CancellationToken cancellationToken)
    {
        var id = machine.GetValueOrDefault();
        await (verb switch
        {
            "create" => host.Machines.CreateAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken),
            "start" or "boot" => host.Machines.StartAsync(id, cancellationToken),
            "checkpoint" => host.Machines.CheckpointAsync(id, Next, cancellationToken),
            "resume" => host.Machines.ResumeAsync(id, Kept, cancellationToken),
            "remove" => host.Machines.RemoveCheckpointAsync(id, Kept, cancellationToken),
            "suspend" => host.Machines.SuspendAsync(id, cancellationToken),
            "continue" => host.Machines.ContinueAsync(id, cancellationToken),
            "stop" => host.Machines.StopAsync(id, cancellationToken: cancellationToken),
            "destroy" => host.Machines.DestroyAsync(id, cancellationToken),
            "export" => host.Machines.ExportCheckpointAsync(id, Kept, Stream.Null, cancellationToken),
            _ => host.Machines.ImportCheckpointAsync(new MemoryStream(_exported), cancellationToken: cancellationToken),
        });
    }

    /// <summary>A machine that has what the verb needs, and a checkpoint; null for a verb that makes one.</summary>
    private async Task<VmId?> PrepareAsync(SandboxHost host, string verb, CancellationToken cancellationToken)
    {
        if (verb == "create" || (verb == "import" && _exported.Length > 0))
        {
            return null;
        }

        var id = await host.Machines.CreateAsync(new VmOptions { MemoryMiB = 128, WarmStart = verb != "boot" }, cancellationToken);
        if (verb is "start" or "boot")
        {
            return id;
        }

        await host.Machines.StartAsync(id, cancellationToken);
        var session = await host.OpenSessionAsync(id, cancellationToken);
        await session.PutTextAsync("file", "then", cancellationToken: cancellationToken);
        await host.Machines.CheckpointAsync(id, Kept, cancellationToken);
        await session.PutTextAsync("file", "later", cancellationToken: cancellationToken);
        switch (verb)
        {
            case "continue":
                await host.Machines.SuspendAsync(id, cancellationToken);
                return id;
            case "resume" or "export":
                await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
                return id;
            case "import":
                await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
                using (var file = new MemoryStream())
                {
                    await host.Machines.ExportCheckpointAsync(id, Kept, file, cancellationToken);
                    _exported = file.ToArray();
                }

                await host.Machines.DestroyAsync(id, cancellationToken);
                return null;
            default:
                return id;
        }
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
