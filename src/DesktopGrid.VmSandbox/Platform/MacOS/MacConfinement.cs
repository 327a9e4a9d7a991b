using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.MacOS;

/// <summary>Tries the tools once, and each program under the profiles: Apple documents neither which rules a program needs nor for how long they stay.</summary>
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
            _tools ??= await FindToolsAsync(cancellationToken).ConfigureAwait(false);
            if (request.Confinement is not { } plan)
            {
                return (_tools, new ProfileChoice(null, null));
            }

            if (!_choices.TryGetValue(request.FileName, out var choice))
            {
                _choices[request.FileName] = choice = await TryProfilesAsync(_tools, MacNative.RealPath(request.FileName), plan.TrialArguments, cancellationToken).ConfigureAwait(false);
            }

            return (_tools, choice);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<MacTools> FindToolsAsync(CancellationToken cancellationToken) => new()
    {
        TaskPolicy = await WorkingAsync("/usr/sbin/taskpolicy", ["-b", Harmless], cancellationToken).ConfigureAwait(false),
        Nice = await WorkingAsync("/usr/bin/nice", ["-n", "10", Harmless], cancellationToken).ConfigureAwait(false),
        Sandbox = await WorkingAsync("/usr/bin/sandbox-exec", ["-p", "(version 1)(allow default)", Harmless], cancellationToken).ConfigureAwait(false),
    };

    private async Task<string?> WorkingAsync(string tool, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        await ToolTrial.FaultOfAsync(tool, arguments, time, cancellationToken).ConfigureAwait(false) is null ? tool : null;

    private async Task<ProfileChoice> TryProfilesAsync(MacTools tools, string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (tools.Sandbox is null)
        {
            return new ProfileChoice(null, "sandbox-exec does not work here; a process that is sandboxed itself cannot use it");
        }

        string? fault = null;
        foreach (var basis in SandboxProfile.Bases)
        {
            var profile = SandboxProfile.For(new ConfinementPlan { Identity = "trial" }, program, basis);
            if (await ToolTrial.FaultOfAsync(tools.Sandbox, ["-p", profile, program, .. arguments], time, cancellationToken).ConfigureAwait(false) is not { } found)
            {
                return new ProfileChoice(basis, fault);
            }

            fault = found;
        }

        return new ProfileChoice(null, fault);
    }
}
