using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Migration;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Templates;

/// <summary>
/// Starts a machine from its template. The template reaches QEMU as a stream that this process pours, so that no QEMU, even one that was taken
/// over, ever holds a file that another machine starts from.
/// </summary>
internal static class WarmStart
{
    private const int KilledBySignal = 9;

    /// <summary>Starts it, if there is a template or one can be made; a template that turns out to be of no use is removed.</summary>
    /// <returns>Whether it runs; otherwise it is as it was, and can be booted.</returns>
    public static async Task<bool> TryAsync(VmServices services, TemplateStore templates, MachineLaunch launch, CancellationToken cancellationToken)
    {
        var row = launch.Row;
        var key = TemplateKey.Of(launch.Installation, launch.Spec, row.ImageId, services.Platform.Processor);
        var image = services.Images.Open(row.ImageId);
        if (await FindOrMakeAsync(services, templates, launch, key, image, cancellationToken).ConfigureAwait(false) is not { } template)
        {
            return false;
        }

        try
        {
            VmLog.Step(services.Logger, row.Id, "start.template");
            await template.CopyDiskAsync(services.Layout.Overlay(row.Id), services.Platform.Files, cancellationToken).ConfigureAwait(false);
            VmLog.Step(services.Logger, row.Id, "start.disk");
            await launch.LaunchAsync(StartPath.Template, cancellationToken).ConfigureAwait(false);
            await GoOnAsync(services, launch, template, cancellationToken).ConfigureAwait(false);
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
    /// A guest that was not ready in time as a template would
    /// not be so as this machine: that is its end, and nothing is waited for twice.
    /// </summary>
    private static async Task<Template?> FindOrMakeAsync(VmServices services, TemplateStore templates, MachineLaunch launch, string key, BaseImage image, CancellationToken cancellationToken)
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

    private static async Task GoOnAsync(VmServices services, MachineLaunch launch, Template template, CancellationToken cancellationToken)
    {
        var running = launch.Running;
        VmLog.Step(services.Logger, launch.Row.Id, "start.launched");
        await launch.WaitAsync(
            async within =>
            {
                await StateTarget.LoadAsync(running.Qemu.Monitor, launch.Spec.State!, template.PourStateAsync, services.Time, within).ConfigureAwait(false);
                VmLog.Step(services.Logger, launch.Row.Id, "start.loaded");
                await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, within).ConfigureAwait(false);
                // Before anybody can start a task in it: its random pool, its boot id and its clock are the template's.
                await running.Link.RenewAsync(Guid.NewGuid(), within).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        VmLog.Step(services.Logger, launch.Row.Id, "start.renewed");
        running.Log.Write(LogSource.Host, "ready: from its template");
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
