using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.RandomVerbs;

/// <summary>Thousands of random verbs through the table alone, against the model: both were written by hand, one from the other's meaning.</summary>
internal sealed class TableAgainstModelTests
{
    private const int Steps = 2_000;
    private static readonly string?[] Names = [null, "a", "b"];

    private static readonly (string Word, VmVerb Verb)[] Verbs =
    [
        ("start", VmVerb.Start), ("suspend", VmVerb.Suspend), ("continue", VmVerb.Continue), ("stop", VmVerb.Stop), ("checkpoint", VmVerb.Checkpoint),
        ("resume", VmVerb.Resume), ("remove", VmVerb.RemoveCheckpoint), ("destroy", VmVerb.Destroy), ("export", VmVerb.Export), ("load", VmVerb.Load),
        ("quit", VmVerb.Stop), ("status", VmVerb.GetStatus),
    ];

    [Test]
    public void The_table_leads_where_the_model_says([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        var machine = MachineModel.New;
        var reached = new HashSet<VmState>();
        for (var step = 0; step < Steps; step++)
        {
            reached.Add(machine.State);
            if (random.Next(10) == 0)
            {
                machine = machine.Crashed;
                continue;
            }

            // Seldom destroyed, or no machine would ever have a life.
            var (word, verb) = Verbs[random.Next(Verbs.Length)];
            if (verb == VmVerb.Destroy && random.Next(20) != 0)
            {
                continue;
            }

            var name = word is "checkpoint" or "quit" ? Names[random.Next(1, 3)] : Names[random.Next(3)];
            var after = machine.After(word, name);
            var next = VmTransitions.Next(verb, machine.State);
            // What needs a checkpoint that there is not is refused as well, which the table cannot know.
            if (after is not null || verb is not (VmVerb.Resume or VmVerb.RemoveCheckpoint or VmVerb.Export) || machine.Find(verb == VmVerb.Export ? null : name) is not null)
            {
                next.Should().Be(after?.State, $"seed {seed}, step {step}: {word} when it is {machine.State}");
            }

            machine = after is null ? machine : after.State == VmState.Destroyed ? MachineModel.New : after;
            machine.Instants.GroupBy(static instant => instant.Name).Should().NotContain(static ofName => ofName.Count() > 2);
        }

        reached.Should().BeEquivalentTo([VmState.Created, VmState.Running, VmState.Suspended, VmState.Stopped, VmState.Failed]);
    }

    [Test]
    public void Every_verb_of_a_machine_is_drawn() =>
        Verbs.Select(static verb => verb.Verb).Distinct().Should().BeEquivalentTo(Enum.GetValues<VmVerb>().Except([VmVerb.Create, VmVerb.Import]), "those two make a machine");
}
