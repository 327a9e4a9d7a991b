using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Windows.Processes;
using DesktopGrid.VmSandbox.Platform.Windows.Tokens;

namespace DesktopGrid.VmSandbox.Platform.Windows.Hosting;

/// <inheritdoc />
[SupportedOSPlatform("windows")]
internal sealed class WindowsProcessLauncher(WindowsConfinement confinement, TimeProvider time) : IProcessLauncher
{
    public async Task<HostProcess> StartAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        if (request.Confinement is not { } plan)
        {
            return await AnnouncedAsync(new WindowsHostProcess(ProcessBirth.Start(request, TokenStrength.Unchanged), [], !request.DieWithParent, time), request).ConfigureAwait(false);
        }

        var token = await confinement.ChooseAsync(request, cancellationToken).ConfigureAwait(false);
        ConfinedAccess.Grant(plan, token.Strength);
        return await AnnouncedAsync(new WindowsHostProcess(ProcessBirth.Start(request, token.Strength), WindowsLayers.Describe(token, request, JobObject.IsNested), !request.DieWithParent, time), request).ConfigureAwait(false);
    }

    public Task ForgetAsync(CancellationToken cancellationToken) => confinement.ForgetAsync(cancellationToken);

    private static async Task<HostProcess> AnnouncedAsync(WindowsHostProcess process, LaunchRequest request)
    {
        try
        {
            request.Announce?.Invoke(process.Identity);
            return process;
        }
        catch
        {
            process.Kill();
            await process.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Nothing: each process owns its job.</summary>
    public void Dispose()
    {
    }
}
