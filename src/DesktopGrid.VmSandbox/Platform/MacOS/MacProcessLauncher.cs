using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Platform.MacOS;

/// <inheritdoc />
[SupportedOSPlatform("macos")]
internal sealed class MacProcessLauncher(MacConfinement confinement, MacProcessFinder finder, TimeProvider time) : IProcessLauncher
{
    private static readonly TimeSpan FindBound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FindPause = TimeSpan.FromMilliseconds(1);

    public async Task<HostProcess> StartAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        var (tools, choice) = await confinement.ChooseAsync(request, cancellationToken).ConfigureAwait(false);
        var program = MacNative.RealPath(request.FileName);
        var profile = request.Confinement is { } plan && choice.Basis is { } basis ? SandboxProfile.For(Resolved(plan), program, basis) : null;
        var words = MacLaunchChain.Build(request with { FileName = program }, tools, profile);
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = request.WorkingDirectory ?? "/",
        };
        start.Environment.Clear();
        foreach (var (name, value) in request.Environment)
        {
            start.Environment.Add(name, value);
        }

        var shell = Start(start, program);
        var identity = await FindPayloadAsync(shell, program, cancellationToken).ConfigureAwait(false);
        try
        {
            request.Announce?.Invoke(identity);
        }
        catch
        {
            shell.Kill(entireProcessTree: true);
            shell.Dispose();
            throw;
        }

        var layers = request.Confinement is null ? [] : MacLayers.Describe(choice, tools, request, MacNative.EffectiveUser() == 0);
        // The shell waits for the payload, tells how it ended, and ends with it.
        return new UnixHostProcess(shell, identity, layers, !request.DieWithParent, kill: () => finder.Kill(identity), gone: static () => Task.CompletedTask, time);
    }

    public Task ForgetAsync(CancellationToken cancellationToken) => confinement.ForgetAsync(cancellationToken);

    /// <summary>Nothing: each process has a guard of its own.</summary>
    public void Dispose()
    {
    }

    private static Process Start(ProcessStartInfo start, string program)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The program {program} cannot be started: {e.Message}", e);
        }
    }

    private static ConfinementPlan Resolved(ConfinementPlan plan) => plan with
    {
        ReadOnlyPaths = [.. plan.ReadOnlyPaths.Select(MacNative.RealPath)],
        ReadWritePaths = [.. plan.ReadWritePaths.Select(MacNative.RealPath)],
        DevicePaths = [.. plan.DevicePaths.Select(MacNative.RealPath)],
    };

    /// <summary>
    /// The shell's child that has become the program: until then it is the shell's copy or a tool. One that has ended before it was seen
    /// is represented by the shell, which ends with it.
    /// </summary>
    private async Task<ProcessIdentity> FindPayloadAsync(Process shell, string program, CancellationToken cancellationToken)
    {
        using var bound = Deadline.After(FindBound, time).Enter(cancellationToken);
        var fallback = MacProcessFinder.Identify(shell.Id) ?? new ProcessIdentity(shell.Id, 0, "");
        try
        {
            while (!shell.HasExited)
            {
                foreach (var child in MacNative.ChildrenOf(shell.Id))
                {
                    if (MacNative.ProgramOf(child) == program && MacProcessFinder.Identify(child) is { } identity)
                    {
                        return identity;
                    }
                }

                await Task.Delay(FindPause, time, bound.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            shell.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The program {program} did not start within {FindBound.TotalSeconds:0} s.");
        }

        return fallback;
    }
}
