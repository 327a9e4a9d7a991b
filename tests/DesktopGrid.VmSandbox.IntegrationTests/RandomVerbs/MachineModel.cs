using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.RandomVerbs;

/// <summary>One instant as the model remembers it.</summary>
internal sealed record ModelInstant(string Name, string? Content);

/// <summary>What a machine should be by the verbs that it was given: written from the verbs' meaning, not from the library.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Content">What its file holds: "-" for no file, null where a crash has left that open.</param>
/// <param name="Instants">Its checkpoints, newest first.</param>
internal sealed record MachineModel(VmState State, string? Content, IReadOnlyList<ModelInstant> Instants)
{
    public const string NoFile = "-";

    public static MachineModel New { get; } = new(VmState.Created, NoFile, []);

    public string Names => string.Join(',', Instants.Select(static instant => instant.Name));

    /// <summary>What a verb makes of it; null where it is refused.</summary>
    public MachineModel? After(string verb, string? argument) => (verb, State) switch
    {
        ("start", VmState.Created or VmState.Stopped or VmState.Failed) => this with { State = VmState.Running },
        ("suspend", VmState.Running) => this with { State = VmState.Suspended },
        ("continue", VmState.Suspended) => this with { State = VmState.Running },
        ("stop", VmState.Running) => this with { State = VmState.Stopped },
        // A guest that stands is not asked to write what it has in memory.
        ("stop", VmState.Suspended) => this with { State = VmState.Stopped, Content = null },
        ("put", VmState.Running) => this with { Content = argument },
        ("checkpoint", VmState.Running or VmState.Suspended) => this with { Instants = WithNew(argument!) },
        ("resume", VmState.Stopped or VmState.Failed) when Find(argument) is { } instant => this with { State = VmState.Running, Content = instant.Content },
        ("remove", not (VmState.Created or VmState.Destroyed)) when Find(argument) is not null => this with { Instants = [.. Instants.Where(instant => instant.Name != argument)] },
        // A checkpoint, and the quickest end.
        ("quit", VmState.Running or VmState.Suspended) => this with { State = VmState.Stopped, Content = null, Instants = WithNew(argument!) },
        // Of the newest one.
        ("export", VmState.Stopped or VmState.Failed) when Find(null) is not null => this,
        ("load" or "status", not VmState.Destroyed) => this,
        ("destroy", not VmState.Destroyed) => this with { State = VmState.Destroyed, Instants = [] },
        _ => null,
    };

    /// <summary>What is imported of its export.</summary>
    public MachineModel Imported => new(VmState.Stopped, null, [Instants[0]]);

    /// <summary>QEMU or the host process was killed.</summary>
    public MachineModel Crashed => State is VmState.Running or VmState.Suspended ? this with { State = VmState.Failed, Content = null } : this;

    public ModelInstant? Find(string? name) => Instants.FirstOrDefault(instant => name is null || instant.Name == name);

    /// <summary>Of one name the newest and the one before.</summary>
    private IReadOnlyList<ModelInstant> WithNew(string name)
    {
        var all = new List<ModelInstant> { new(name, Content) };
        all.AddRange(Instants);
        var second = all.Where(instant => instant.Name == name).Skip(2).ToList();
        return [.. all.Where(instant => !second.Any(old => ReferenceEquals(old, instant)))];
    }
}
