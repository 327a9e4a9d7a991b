using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Migration;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Templates;

/// <summary>
/// Starts a machine from its template. The template reaches QEMU as a stream that this process pours, or its RAM as memory that is sealed: no
/// QEMU, even one that was taken over, ever holds a file that it could alter and another machine starts from.
/// </summary>
internal sealed class WarmStart(VmServices services, TemplateStore templates, MachineLaunch launch)
{
    private const int KilledBySignal = 9;

    /// <summary>Starts it, if there is a template or one can be made; a template that turns out to be of no use is removed.</summary>
    /// <returns>Whether it runs; otherwise it is as it was, and can be booted.</returns>
    public async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        var row = launch.Row;
        var key = TemplateKey.Of(launch.Installation, launch.Spec, row.ImageId, services.Platform.Processor);
        var image = services.Images.Open(row.ImageId);
        if (await FindOrMakeAsync(key, image, cancellationToken).ConfigureAwait(false) is not { } template)
        {
            return false;
        }

        try
        {
            VmLog.Step(services.Logger, row.Id, "start.template");
            if (row.SharesMemory && await TrySharedAsync(key, template, image, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            await StartAsync(template, null, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (IsTemplatesFault(e))
        {
            VmLog.TemplateUnusable(services.Logger, key, e);
            templates.Remove(key);
            await launch.DiscardAsync().ConfigureAwait(false);
            RestoreDisk(services.Layout.Overlay(row.Id), image);
            return false;
        }
    }

    /// <summary>
    /// The QEMU that makes a template takes the place in the host's budget that this start has: it has the machine's memory and virtual CPUs, it is gone
    /// before the machine's own is launched, and no other place is waited for here, which a start that holds one could wait for for ever.
    /// A guest that was not ready in time as a template would not be so as this machine: that is its end, and nothing is waited for twice.
    /// </summary>
    private async Task<Template?> FindOrMakeAsync(string key, BaseImage image, CancellationToken cancellationToken)
    {
        try
        {
            return await templates.FindOrMakeAsync(key, launch.Installation, launch.Spec, image, launch.Row.BootTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (VmException e) when (e.Code == SandboxErrorCode.MachineBootTimeout)
        {
            throw VmException.BootTimeout(VmId.Parse(launch.Row.Id), VmVerb.Start, "start.boot", launch.Row.BootTimeout, e.Evidence, e);
        }
    }

    /// <summary>With memory that is shared; what goes wrong with that is no fault of the template.</summary>
    private async Task<bool> TrySharedAsync(string key, Template template, BaseImage image, CancellationToken cancellationToken)
    {
        if (await templates.Shared.FindOrMakeAsync(key, template, launch.Installation, launch.Spec, image, launch.Row.BootTimeout, cancellationToken).ConfigureAwait(false) is not { } shared)
        {
            return false;
        }

        try
        {
            await StartAsync(template, shared, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SandboxException e) when (IsTemplatesFault(e) || e is QemuException { Code: SandboxErrorCode.QemuStartFailed } or PlatformException { Code: SandboxErrorCode.PlatformFailure })
        {
            templates.Shared.Fail(key, shared, e);
            await launch.DiscardAsync().ConfigureAwait(false);
            return false;
        }
    }

    private async Task StartAsync(Template template, SharedTemplate? shared, CancellationToken cancellationToken)
    {
        var id = launch.Row.Id;
        await template.CopyDiskAsync(services.Layout.Overlay(id), services.Platform.Files, cancellationToken).ConfigureAwait(false);
        VmLog.Step(services.Logger, id, "start.disk");
        await (shared is null
            ? launch.LaunchAsync(StartPath.Template, cancellationToken)
            : launch.LaunchAsync(StartPath.SharedTemplate, cancellationToken, new RamBacking(shared.Ram, IsWritten: false))).ConfigureAwait(false);
        VmLog.Step(services.Logger, id, "start.launched");
        var running = launch.Running;
        await launch.WaitAsync(
            async within =>
            {
                await LoadAsync(running.Qemu.Monitor, template, shared, within).ConfigureAwait(false);
                VmLog.Step(services.Logger, id, "start.loaded");
                await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, within).ConfigureAwait(false);
                // Before anybody can start a task in it: its random pool, its boot id and its clock are the template's.
                await running.Link.RenewAsync(Guid.NewGuid(), within).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        VmLog.Step(services.Logger, id, "start.renewed");
        running.Log.Write(LogSource.Host, shared is null ? "ready: from its template" : "ready: from its template, whose memory it shares");
    }

    private async Task LoadAsync(QmpClient monitor, Template template, SharedTemplate? shared, CancellationToken cancellationToken)
    {
        if (shared is not null)
        {
            await monitor.ExecuteAsync(MigrationCommands.SwitchOn(MigrationNames.IgnoreShared), cancellationToken).ConfigureAwait(false);
        }

        await StateTarget.LoadAsync(monitor, launch.Spec.State!, shared is null ? template.PourStateAsync : shared.PourStateAsync, services.Time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A QEMU that ended of what it was given, or a guest that did; not one that somebody killed, or that could not be started.</summary>
    private static bool IsTemplatesFault(Exception e) => e switch
    {
        TemplateDamagedException => true,
        QmpException { Code: SandboxErrorCode.MonitorCommandFailed } => true,
        VmException { Code: SandboxErrorCode.MachineEnded } ended => ended.Evidence.Signal != KilledBySignal,
        _ => false,
    };

    private static void RestoreDisk(string overlay, BaseImage image)
    {
        try
        {
            File.OpenHandle(overlay, FileMode.Truncate, FileAccess.Write).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The overlay {overlay} cannot be made");
        }

        OverlayWriter.Write(overlay, Path.GetRelativePath(Path.GetDirectoryName(overlay)!, image.BasePath), "qcow2", image.Manifest.Files.Base.VirtualSize!.Value);
    }
}
