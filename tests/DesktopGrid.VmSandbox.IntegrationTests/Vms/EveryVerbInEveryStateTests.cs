using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Vms;

/// <summary>The table of <see cref="VmTransitions"/> against machines that really run: a verb works or is refused by name, in every state.</summary>
internal sealed class EveryVerbInEveryStateTests : StoreFixture
{
    private const string Point = "point";

    private static readonly VmState[] States = [VmState.Created, VmState.Running, VmState.Suspended, VmState.Stopped, VmState.Failed];
    private static readonly VmVerb[] Verbs = [.. Enum.GetValues<VmVerb>().Where(static verb => verb is not (VmVerb.Create or VmVerb.Import))];

    [TestCaseSource(nameof(States))]
    [CancelAfter(300_000)]
    public async Task Every_verb_works_or_is_refused_by_name_in(VmState state, CancellationToken cancellationToken)
    {
        var id = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        // What takes something away comes last: the others need it.
        foreach (var verb in Verbs.OrderBy(static verb => verb switch { VmVerb.RemoveCheckpoint => 1, VmVerb.Destroy => 2, _ => 0 }))
        {
            id = await BringAsync(id, state);
            if (VmTransitions.Next(verb, state) is { } next)
            {
                await ActAsync(verb, id, cancellationToken);
                await ExpectAsync(id, next);
                continue;
            }

            var refusal = (await FluentActions.Awaiting(() => ActAsync(verb, id, cancellationToken)).Should().ThrowAsync<VmException>($"{verb} is not allowed in {state}")).Which;
            refusal.Code.Should().Be(SandboxErrorCode.MachineState);
            (refusal.Verb, refusal.State, refusal.Machine).Should().Be((verb, state, id.ToString()));
            refusal.Message.Should().Contain($"{verb}").And.Contain($"{state}");
            await ExpectAsync(id, state);
        }
    }

    [Test]
    public async Task A_machine_that_is_gone_is_unknown_to_every_verb()
    {
        var id = await Host.Machines.CreateAsync(new VmOptions());
        await Host.Machines.DestroyAsync(id);

        foreach (var verb in Verbs)
        {
            (await FluentActions.Awaiting(() => ActAsync(verb, id, default)).Should().ThrowAsync<VmException>())
                .Which.Code.Should().Be(SandboxErrorCode.MachineUnknown, $"{verb} has no machine to act on");
        }
    }

    private async Task ExpectAsync(VmId id, VmState state)
    {
        if (state == VmState.Destroyed)
        {
            (await Host.Machines.ListAsync()).Should().BeEmpty();
            return;
        }

        var status = await Host.Machines.GetStatusAsync(id);
        status.State.Should().Be(state);
        (status.ProcessId is not null).Should().Be(state is VmState.Running or VmState.Suspended);
    }

    private Task ActAsync(VmVerb verb, VmId id, CancellationToken cancellationToken) => verb switch
    {
        VmVerb.Load => Host.Machines.LoadAsync(id, cancellationToken),
        VmVerb.Start => Host.Machines.StartAsync(id, cancellationToken),
        VmVerb.Suspend => Host.Machines.SuspendAsync(id, cancellationToken),
        VmVerb.Continue => Host.Machines.ContinueAsync(id, cancellationToken),
        // Whether the guest is asked first is another test's; here the way is what counts.
        VmVerb.Stop => Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken),
        VmVerb.Destroy => Host.Machines.DestroyAsync(id, cancellationToken),
        VmVerb.GetStatus => Host.Machines.GetStatusAsync(id, cancellationToken),
        VmVerb.Checkpoint => Host.Machines.CheckpointAsync(id, Point, cancellationToken),
        VmVerb.Resume => Host.Machines.ResumeAsync(id, Point, cancellationToken),
        VmVerb.RemoveCheckpoint => Host.Machines.RemoveCheckpointAsync(id, Point, cancellationToken),
        VmVerb.Export => Host.Machines.ExportCheckpointAsync(id, Point, Stream.Null, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(verb), verb, "A verb that this test does not know."),
    };

    /// <summary>From whatever state it is in. Only a machine that was never started can be Created: then another takes its place.</summary>
    private async Task<VmId> BringAsync(VmId id, VmState wanted)
    {
        while (await Host.StateAsync(id) is var present && present != wanted)
        {
            if (wanted is VmState.Created)
            {
                await Host.Machines.DestroyAsync(id);
                return await Host.Machines.CreateAsync(new VmOptions());
            }

            await (present switch
            {
                VmState.Suspended when wanted is VmState.Running => Host.Machines.ContinueAsync(id),
                VmState.Running when wanted is VmState.Suspended => Host.Machines.SuspendAsync(id),
                VmState.Running or VmState.Suspended when wanted is VmState.Stopped => Host.Machines.StopAsync(id, TimeSpan.Zero),
                VmState.Running or VmState.Suspended when wanted is VmState.Failed => Host.CrashAsync(id),
                _ => StartAsync(id),
            });
        }

        return id;
    }

    /// <summary>With an instant to go back to.</summary>
    private async Task StartAsync(VmId id)
    {
        await Host.Machines.StartAsync(id);
        await Host.Machines.CheckpointAsync(id, Point);
    }
}
