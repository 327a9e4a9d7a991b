using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Checkpoints;
using DesktopGrid.VmSandbox.Vms.Running;
using DesktopGrid.VmSandbox.Vms.Templates;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>
/// Brings catalog and operating system together when a store is opened: a machine whose process died is marked so, a process without an
/// owner is ended, a folder or log without a row is swept, a job's machine without its job is removed. What another process holds is left
/// alone.
/// </summary>
internal sealed class StoreReconciler(VmServices services)
{
    // Another process may be adding an image right now; one that has written nothing for so long is dead.
    private static readonly TimeSpan PartPatience = TimeSpan.FromHours(1);

    // Longer than any trial: an accelerator may be given ten minutes.
    private static readonly TimeSpan TrialPatience = TimeSpan.FromMinutes(30);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var row in services.Machines.All())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await UnlessUnkillableAsync(row.Id, () => ReconcileAsync(row, cancellationToken)).ConfigureAwait(false);
        }

        await SweepFoldersAsync(cancellationToken).ConfigureAwait(false);
        LogExpiry.Sweep(services);
        services.Images.Sweep(services.Time.GetUtcNow() - PartPatience);
        services.Layers.Sweep();
        using (var templates = new TemplateStore(services))
        {
            templates.Sweep();
        }

        services.Platform.RuntimeDirectories.SweepTrials(services.Time.GetUtcNow() - TrialPatience);
    }

    private async Task ReconcileAsync(MachineRow row, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(services.Layout.Machine(row.Id)))
        {
            VmLog.Swept(services.Logger, "machine without files", row.Id);
            services.Machines.Remove(row.Id);
            return;
        }

        using var held = TryTake(row.Id);
        if (held is null || services.Machines.Find(row.Id) is not { } present)
        {
            return;
        }

        CheckpointSweep.Run(services, present);
        VmLog.Step(services.Logger, row.Id, "recover.checkpoints");
        var process = ProcessIdentity.TryParse(present.Process);
        var isAlive = process is not null && services.Platform.Finder.IsAlive(process);
        var runs = present.VmState() is VmState.Running or VmState.Suspended;
        if (runs && isAlive && present.OutlivesHost)
        {
            return;
        }

        if (isAlive)
        {
            VmLog.Swept(services.Logger, "process without an owner", row.Id);
            await StrayProcess.EndAsync(services, process!, cancellationToken).ConfigureAwait(false);
            VmLog.Step(services.Logger, row.Id, "recover.ended");
        }

        if (present.IsTemporary)
        {
            VmLog.Swept(services.Logger, "job's machine whose host process has ended", row.Id);
            held.Dispose();
            DestroyVerb.Remove(services, present);
        }
        else if (runs || process is not null)
        {
            VmLog.Swept(services.Logger, "machine whose process has ended", row.Id);
            LoadVerb.MarkEnded(services, present, present.OutlivesHost ? "Its QEMU ended while no host process had it in hand." : "The host process that ran it ended without stopping it.");
            VmLog.Step(services.Logger, row.Id, "recover.noted");
        }
        else if (services.Platform.RuntimeDirectories.Find(row.Id) is { } sockets)
        {
            // A host that was killed just before it noted the process has left the folder of its sockets, and where the machine was to
            // outlive it, QEMU. One that does not listen in time finds its folder gone.
            VmLog.Swept(services.Logger, "folder of sockets without a process", row.Id);
            if (present.OutlivesHost)
            {
                await services.Launcher.EndStrayAsync(MachineWiring.Monitor(services, sockets), cancellationToken).ConfigureAwait(false);
            }

            services.Platform.RuntimeDirectories.Remove(row.Id);
        }
    }

    private async Task SweepFoldersAsync(CancellationToken cancellationToken)
    {
        foreach (var folder in Directory.EnumerateDirectories(services.Layout.Machines))
        {
            var id = Path.GetFileName(folder);
            if (!VmId.TryParse(id, out _) || services.Machines.Find(id) is not null)
            {
                continue;
            }

            // Alone: a folder that is just being made has a lock when this sees it.
            using var held = services.Machines.Alone(() => TryTake(id));
            if (held is not null && services.Machines.Find(id) is null)
            {
                VmLog.Swept(services.Logger, "files without a machine", id);
                await UnlessUnkillableAsync(id, async () =>
                {
                    await EndAsync(id, cancellationToken).ConfigureAwait(false);
                    VmLog.Step(services.Logger, id, "recover.folder");
                    held.Dispose();
                    services.Layout.RemoveMachine(id);
                }).ConfigureAwait(false);
            }
        }

        services.Layout.SweepRemoved();
    }

    /// <summary>One QEMU that the kernel holds does not keep the store shut: it is left to the next opening.</summary>
    private async Task UnlessUnkillableAsync(string id, Func<Task> act)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (VmException e) when (e.Code == SandboxErrorCode.QemuUnkillable)
        {
            VmLog.Left(services.Logger, id, e);
        }
    }

    /// <summary>Ends what still runs on a folder whose row was lost with its catalog.</summary>
    private async Task EndAsync(string id, CancellationToken cancellationToken)
    {
        var path = services.Layout.Process(id);
        if (File.Exists(path) && ProcessIdentity.TryParse(await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)) is { } process)
        {
            await StrayProcess.EndAsync(services, process, cancellationToken).ConfigureAwait(false);
            services.Platform.RuntimeDirectories.Remove(id);
        }
    }

    /// <summary>Null where another process has the machine, or is just removing it.</summary>
    private MachineLock? TryTake(string id)
    {
        try
        {
            return MachineLock.TryTake(services.Layout.Lock(id));
        }
        catch (PlatformException) when (!Directory.Exists(services.Layout.Machine(id)))
        {
            return null;
        }
    }
}
