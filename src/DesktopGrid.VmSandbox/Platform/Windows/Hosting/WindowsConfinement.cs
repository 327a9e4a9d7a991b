using System.Globalization;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Windows.Processes;
using DesktopGrid.VmSandbox.Platform.Windows.Tokens;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Platform.Windows.Hosting;

/// <summary>
/// Finds the strongest token under which a program still starts, by running it: libraries and drivers differ in what they ask of a token,
/// and no page says which bears which.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsConfinement(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan TrialBound = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, TokenChoice> _choices = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The token for this program; remembered per program, unless a trial was only too slow.</summary>
    public async Task<TokenChoice> ChooseAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_choices.TryGetValue(request.FileName, out var known))
            {
                return known;
            }

            var (choice, timedOut) = await TryAllAsync(request, cancellationToken).ConfigureAwait(false);
            if (!timedOut)
            {
                _choices[request.FileName] = choice;
            }

            return choice;
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
            _choices.Clear();
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<(TokenChoice Choice, bool TimedOut)> TryAllAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        var trial = request with
        {
            Arguments = request.Confinement!.TrialArguments,
            DieWithParent = true,
            WorkingDirectory = null,
            Confinement = new ConfinementPlan { Identity = "trial" },
        };
        string? fault = null;
        var timedOut = false;
        foreach (var strength in (TokenStrength[])[TokenStrength.Restricted, TokenStrength.LowIntegrity])
        {
            if (await FaultAsync(trial, strength, cancellationToken).ConfigureAwait(false) is not { } found)
            {
                return (new TokenChoice(strength, fault), timedOut);
            }

            fault ??= found.Reason;
            timedOut |= found.TimedOut;
        }

        return (new TokenChoice(TokenStrength.Unchanged, fault), timedOut);
    }

    private async Task<TrialFault?> FaultAsync(LaunchRequest trial, TokenStrength strength, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(trial.FileName);
        using var bound = Deadline.After(TrialBound, time).Enter(cancellationToken);
        try
        {
            using var process = ProcessBirth.Start(trial, strength);
            await Task.WhenAll(process.StandardOutput.CopyToAsync(Stream.Null, bound.Token), process.StandardError.CopyToAsync(Stream.Null, bound.Token)).ConfigureAwait(false);
            var exit = await process.Exited.WaitAsync(bound.Token).ConfigureAwait(false);
            return exit.Code == 0 ? null : new TrialFault(string.Create(CultureInfo.InvariantCulture, $"{name} ended with 0x{exit.Code:X8} when it was tried with one"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new TrialFault(string.Create(CultureInfo.InvariantCulture, $"{name} did not end within {TrialBound.TotalSeconds:0} s when it was tried with one"), TimedOut: true);
        }
        catch (PlatformException e)
        {
            return new TrialFault(e.Message.TrimEnd('.'));
        }
    }
}
