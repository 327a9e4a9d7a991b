using System.Globalization;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.RandomVerbs;

/// <summary>
/// Random verbs with the real QEMU against a model, in a second process that is killed now and then, in the middle of a verb too. What the model
/// says is refused must be refused by its code, what it keeps must be there, and every checkpoint must hold what the machine held.
/// </summary>
internal sealed class RandomVerbsTests : StoreFixture
{
    private const int MostMachines = 4;

    private static readonly string[] Verbs = ["start", "start", "suspend", "continue", "stop", "put", "put", "put", "checkpoint", "checkpoint", "resume", "resume", "remove", "quit", "export", "export", "load", "destroy"];
    private static readonly string[] Names = ["a", "b"];

    private readonly Dictionary<string, MachineModel> _model = [];
    private readonly List<string> _told = [];
    private TestHostProcess _host = null!;
    private Random _random = null!;
    private int _number;

    protected override bool KillsHosts => true;

    [TestCase(1, 40)]
    [TestCase(2, 200, Category = "Long")]
    [TestCase(3, 200, Category = "Long")]
    [CancelAfter(1_500_000)]
    public async Task Whatever_comes_the_machines_are_what_the_model_says(int seed, int steps, CancellationToken cancellationToken)
    {
        _random = new Random(seed);
        _host = TestHostProcess.Start(Store, "verbs");
        try
        {
            for (var step = 0; step < steps; step++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await StepAsync();
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new AssertionException($"seed {seed}, after: {string.Join("; ", _told.TakeLast(40))}: {e.Message}", e);
        }

        await _host.KillAsync();
        await using var last = await Store.OpenHostAsync();
        foreach (var id in _model.Keys)
        {
            await last.Machines.DestroyAsync(VmId.Parse(id), cancellationToken);
        }
    }

    [SetUp]
    public void BeginAnew()
    {
        _model.Clear();
        _told.Clear();
    }

    [TearDown]
    public ValueTask EndHostAsync() => _host.DisposeAsync();

    private async Task StepAsync()
    {
        if (_model.Count == 0 || (_model.Count < MostMachines - 1 && _random.Next(12) == 0))
        {
            _model.Add((await SayAsync("create")).Result, MachineModel.New);
            return;
        }

        var (id, machine) = _model.ElementAt(_random.Next(_model.Count));
        switch (_random.Next(16))
        {
            case 0:
                await KillHostAsync();
                foreach (var (each, was) in _model.ToList())
                {
                    _model[each] = was.Crashed;
                }

                break;
            case 1 when machine.State is VmState.Running or VmState.Suspended:
                await KillQemuAsync(id);
                _model[id] = machine.Crashed;
                break;
            case 2 or 3:
                await InterruptedAsync(id, machine);
                break;
            default:
                await VerbAsync(id, machine);
                break;
        }

        foreach (var (each, expected) in _model)
        {
            await CompareAsync(each, expected);
        }
    }

    private async Task VerbAsync(string id, MachineModel machine)
    {
        var (verb, argument) = Draw();
        var expected = machine.After(verb, argument);
        var (code, result) = await SayAsync(verb, id, argument);
        if (expected is null)
        {
            code.Should().BeOneOf([nameof(SandboxErrorCode.MachineState), nameof(SandboxErrorCode.CheckpointUnknown)], $"{verb} is refused when it is {machine.State}");
            return;
        }

        code.Should().Be("ok", result);
        if (expected.State == VmState.Destroyed)
        {
            _model.Remove(id);
            return;
        }

        _model[id] = expected;
        if (verb == "export")
        {
            if (_model.Count < MostMachines)
            {
                _model.Add((await SayAsync("import", argument)).Result, expected.Imported);
            }

            File.Delete(argument!);
        }
    }

    /// <summary>The host is killed in the middle of a verb: it has happened, or it has not, and the machine no longer runs.</summary>
    private async Task InterruptedAsync(string id, MachineModel machine)
    {
        var (verb, argument) = Draw();
        var number = await TellAsync(verb, id, argument);
        await Task.Delay(_random.Next(400));
        var isOver = _host.Lines.Any(line => line.StartsWith($"{number} ", StringComparison.Ordinal));
        _told.Add(isOver ? "it was over" : "it was under way");
        await KillHostAsync();
        foreach (var (each, was) in _model.ToList())
        {
            _model[each] = was.Crashed;
        }

        var after = machine.After(verb, argument);
        var (code, state) = await SayAsync("status", id);
        if (after?.State == VmState.Destroyed && code == nameof(SandboxErrorCode.MachineUnknown))
        {
            _model.Remove(id);
            return;
        }

        code.Should().Be("ok", state);
        var stands = Enum.Parse<VmState>(state);
        var begun = after ?? machine;
        stands.Should().BeOneOf([machine.Crashed.State, begun.Crashed.State, .. verb is "start" or "resume" && after is not null ? (VmState[])[VmState.Failed] : []], $"{verb} was cut short");
        var names = (await SayAsync("list", id)).Result;
        names.Should().BeOneOf(machine.Names, begun.Names, verb is "checkpoint" or "quit" && after is not null ? $"{argument},{machine.Names}".TrimEnd(',') : machine.Names);
        var isDone = names == begun.Names;
        _model[id] = (isDone ? begun : machine) with { State = stands, Content = null, Instants = Kept(names, argument, machine, begun) };
    }

    /// <summary>A checkpoint that was noted before the one that it replaces was removed leaves three of a name for a moment.</summary>
    private static IReadOnlyList<ModelInstant> Kept(string names, string? argument, MachineModel before, MachineModel after) =>
        names == after.Names ? after.Instants : names == before.Names ? before.Instants : [new ModelInstant(argument!, before.Content), .. before.Instants];

    private async Task CompareAsync(string id, MachineModel expected)
    {
        var (code, state) = await SayAsync("status", id);
        (code, state).Should().Be(("ok", expected.State.ToString()));
        (await SayAsync("list", id)).Result.Should().Be(expected.Names);
        if (expected is { State: VmState.Running, Content: { } content })
        {
            (await SayAsync("get", id)).Result.Should().Be(content);
        }
    }

    private (string Verb, string? Argument) Draw()
    {
        var verb = Verbs[_random.Next(Verbs.Length)];
        var name = Names[_random.Next(Names.Length)];
        return (verb, verb switch
        {
            "put" => $"v{_number}",
            "checkpoint" or "remove" or "quit" => name,
            "export" => Store.Path_($"export-{_number}"),
            "resume" => _random.Next(2) == 0 ? null : name,
            _ => null,
        });
    }

    private async Task KillHostAsync()
    {
        _told.Add("kill host");
        await _host.KillAsync();
        await Eventually.HoldsAsync(() => ProcessTable.Naming(Store.StorePath).All(static process => !process.CommandLine.Contains("qemu-system", StringComparison.Ordinal)), "no QEMU outlives its host");
        await _host.DisposeAsync();
        _host = TestHostProcess.Start(Store, "verbs");
    }

    private async Task KillQemuAsync(string id)
    {
        _told.Add($"kill QEMU of {id}");
        var process = ProcessTable.Naming($"vmsandbox-{id}").First(static process => process.CommandLine.StartsWith("/usr/bin/qemu-system", StringComparison.Ordinal));
        TestMachines.Kill(process.Id);
        await Eventually.HoldsAsync(() => !ProcessTable.IsAlive(process.Id), "it ends");
    }

    private async Task<int> TellAsync(string verb, string? id, string? argument)
    {
        var number = ++_number;
        _told.Add(string.Join(' ', ((string?[])[verb, id, argument]).OfType<string>()));
        await _host.TellAsync(string.Create(CultureInfo.InvariantCulture, $"{number} {_told[^1]}"));
        return number;
    }

    private async Task<(string Code, string Result)> SayAsync(string verb, string? id = null, string? argument = null)
    {
        var number = await TellAsync(verb, id, argument);
        var words = (await _host.HearAsync($"{number} ")).Split(' ', 3);
        return (words[1], words[2]);
    }
}
