using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.MacOS;

/// <summary>Tries the tools, and each program under the profiles, and remembers what works until it is to be found anew: Apple documents neither which rules a program needs nor for how long they stay.</summary>
[SupportedOSPlatform("macos")]
internal sealed class MacConfinement(TimeProvider time) : IDisposable
{
    private const string Harmless = "/usr/bin/true";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, ProfileChoice> _choices = new(StringComparer.Ordinal);
    private MacTools? _tools;

    /// <summary>The tools that work here, and the profile for this program.</summary>
    public async Task<(MacTools Tools, ProfileChoice Profile)> ChooseAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var trials = new Trials(time);
            var tools = _tools ?? await FindToolsAsync(trials, cancellationToken).ConfigureAwait(false);
            _tools = trials.TimedOut ? null : tools;
            if (request.Confinement is not { } plan)
            {
                return (tools, new ProfileChoice(null, null));
            }

            if (!_choices.TryGetValue(request.FileName, out var choice))
            {
                choice = await TryProfilesAsync(trials, tools, MacNative.RealPath(request.FileName), plan.TrialArguments, cancellationToken).ConfigureAwait(false);
                if (!trials.TimedOut)
                {
                    _choices[request.FileName] = choice;
                }
            }

            return (tools, choice);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Has the next launch try all anew.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _tools = null;
            _choices.Clear();
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private static async Task<MacTools> FindToolsAsync(Trials trials, CancellationToken cancellationToken) => new()
    {
        TaskPolicy = await WorkingAsync(trials, "/usr/sbin/taskpolicy", ["-b", Harmless], cancellationToken).ConfigureAwait(false),
        Nice = await WorkingAsync(trials, "/usr/bin/nice", ["-n", "10", Harmless], cancellationToken).ConfigureAwait(false),
        Sandbox = await WorkingAsync(trials, "/usr/bin/sandbox-exec", ["-p", "(version 1)(allow default)", Harmless], cancellationToken).ConfigureAwait(false),
    };

    private static async Task<string?> WorkingAsync(Trials trials, string tool, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        await trials.FaultOfAsync(tool, arguments, cancellationToken).ConfigureAwait(false) is null ? tool : null;

    private static async Task<ProfileChoice> TryProfilesAsync(Trials trials, MacTools tools, string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (tools.Sandbox is null)
        {
            return new ProfileChoice(null, "sandbox-exec does not work here; a process that is sandboxed itself cannot use it");
        }

        string? fault = null;
        foreach (var basis in SandboxProfile.Bases)
        {
            var profile = SandboxProfile.For(new ConfinementPlan { Identity = "trial" }, program, basis);
            if (await trials.FaultOfAsync(tools.Sandbox, ["-p", profile, program, .. arguments], cancellationToken).ConfigureAwait(false) is not { } found)
            {
                return new ProfileChoice(basis, fault);
            }

            fault = found;
        }

        return new ProfileChoice(null, fault);
    }

    /// <summary>The trials of one launch, and whether one of them was only too slow: then what they found is used, and not remembered.</summary>
    private sealed class Trials(TimeProvider time)
    {
        public bool TimedOut { get; private set; }

        public async Task<string?> FaultOfAsync(string tool, IEnumerable<string> arguments, CancellationToken cancellationToken)
        {
            var fault = await ToolTrial.FaultOfAsync(tool, arguments, time, cancellationToken).ConfigureAwait(false);
            TimedOut |= fault is { TimedOut: true };
            return fault?.Reason;
        }
    }
}
