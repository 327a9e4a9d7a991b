using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Tests.Vms;

public sealed class VmTransitionsTests
{
    /// <summary>Every verb in every state, written down once more by hand: a change of the table is a decision, made twice.</summary>
    private const string Expected = """
        verb              Created    Running    Suspended  Stopped    Failed     Destroyed
        Create            -          -          -          -          -          -
        Load              Created    Running    Suspended  Stopped    Failed     -
        Start             Running    -          -          Running    Running    -
        Suspend           -          Suspended  -          -          -          -
        Continue          -          -          Running    -          -          -
        Stop              -          Stopped    Stopped    -          -          -
        Destroy           Destroyed  Destroyed  Destroyed  Destroyed  Destroyed  -
        GetStatus         Created    Running    Suspended  Stopped    Failed     -
        Checkpoint        -          Running    Suspended  -          -          -
        Resume            -          -          -          Running    Running    -
        RemoveCheckpoint  -          Running    Suspended  Stopped    Failed     -
        Export            -          -          -          Stopped    Failed     -
        Import            -          -          -          -          -          -
        """;

    [Test]
    public void The_table_is_the_one_that_was_decided()
    {
        var states = Enum.GetValues<VmState>();
        var lines = Enum.GetValues<VmVerb>().Select(verb => $"{verb,-18}{string.Concat(states.Select(state => $"{VmTransitions.Next(verb, state)?.ToString() ?? "-",-11}"))}".TrimEnd())
            .Prepend($"{"verb",-18}{string.Concat(states.Select(static state => $"{state,-11}"))}".TrimEnd());

        string.Join('\n', lines).Should().Be(Expected);
    }

    [Test]
    public void The_states_of_a_verb_are_those_where_it_leads_somewhere()
    {
        foreach (var verb in Enum.GetValues<VmVerb>())
        {
            VmTransitions.AllowedIn(verb).Should().Equal(Enum.GetValues<VmState>().Where(state => VmTransitions.Next(verb, state) is not null));
        }
    }

    [Test]
    public void Nothing_leads_out_of_the_grave() => Enum.GetValues<VmVerb>().Should().OnlyContain(static verb => VmTransitions.Next(verb, VmState.Destroyed) == null);

    [Test]
    public void A_refusal_names_verb_state_and_the_states_that_allow_it()
    {
        var id = VmId.Parse("0123456789ab");

        var refusal = VmException.Refused(id, VmVerb.Start, VmState.Running);

        refusal.Code.Should().Be(SandboxErrorCode.MachineState);
        refusal.Message.Should().Be("Machine 0123456789ab is Running; Start is allowed when it is Created, Stopped, Failed.");
        (refusal.Machine, refusal.Verb, refusal.State).Should().Be(("0123456789ab", VmVerb.Start, VmState.Running));
    }

    [Test]
    public void Every_refusal_of_the_table_can_be_worded()
    {
        foreach (var verb in Enum.GetValues<VmVerb>().Where(static verb => verb is not (VmVerb.Create or VmVerb.Import)))
        {
            foreach (var state in Enum.GetValues<VmState>().Where(state => VmTransitions.Next(verb, state) is null))
            {
                VmException.Refused(VmId.New(), verb, state).Message.Should().MatchRegex($"is {state}; {verb} is allowed when it is [A-Z]");
            }
        }
    }
}
