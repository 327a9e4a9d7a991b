using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>start: prove the accelerator, launch QEMU, and wait until the guest's daemon answers.</summary>
internal static class StartVerb
{
    public static async Task RunAsync(VmServices services, VmSlot slot, Func<RunningVm, Task> watch, CancellationToken cancellationToken)
    {
        var row = services.Machines.Require(slot.Id);
        row.Demand(VmVerb.Start);
        slot.Lock ??= await MachineLock.TakeAsync(services.Layout.Lock(row.Id), services.Time, cancellationToken).ConfigureAwait(false) ?? throw VmException.Busy(slot.Id, VmVerb.Start);
        try
        {
            // Read again: until the lock was ours, another process may have had the machine.
            row = services.Machines.Require(slot.Id);
            row.Demand(VmVerb.Start);
            var image = services.Images.Open(row.ImageId);
            BackingChain.Check(services.Layout.Overlay(row.Id), services.Layout.Root);
            var installation = await services.Selector.FindAsync(cancellationToken).ConfigureAwait(false);
            var verdicts = await services.Selector.ProveAsync(new ProvingGuest(image.KernelPath, image.InitrdPath, image.Manifest.KernelCommandLine), again: false, cancellationToken).ConfigureAwait(false);
            var spec = MachineWiring.Spec(services, row, image, verdicts.First(static verdict => verdict.IsProven).Accelerator);
            var qemu = await services.Launcher.StartAsync(installation, spec, process => Note(services, row, process), cancellationToken).ConfigureAwait(false);
            slot.Running = await MachineWiring.JoinAsync(services, slot.Id, spec, qemu, isFresh: true).ConfigureAwait(false);
            row = row with
            {
                Process = qemu.Identity.ToString(),
                MachineType = spec.MachineType,
                CpuModel = spec.CpuModel,
                QemuVersion = installation.Version,
                Accelerator = spec.Accelerator.ToString(),
                StartPath = nameof(StartPath.Cold),
                Confinement = MachineRecords.Text(qemu.Confinement),
                LastError = null,
            };
            services.Machines.Update(row);
            slot.Running.Log.Write(LogSource.Host, $"started: QEMU {installation.Version}, {spec.Accelerator}, process {qemu.Identity.Id}");
            var greeting = await BootAsync(slot.Running, row, services.Time, cancellationToken).ConfigureAwait(false);
            // Another process may have removed it, and with it what QEMU runs on.
            services.Machines.Require(slot.Id);
            services.Machines.Update(row with { State = nameof(VmState.Running) });
            slot.Running.Log.Write(LogSource.Host, $"ready: daemon {greeting.DaemonVersion}, guest up for {greeting.Uptime.TotalSeconds:0.0} s");
            VmLog.Started(services.Logger, slot.Id, spec.Accelerator.ToString(), qemu.Identity.Id);
            _ = watch(slot.Running);
        }
        catch (Exception e)
        {
            var isGone = e is SandboxException && !Directory.Exists(services.Layout.Machine(row.Id));
            await CleanUpAsync(services, slot, row, e).ConfigureAwait(false);
            if (isGone)
            {
                // What is missing is missing because of that.
                throw VmException.Unknown(slot.Id, e);
            }

            throw;
        }
    }

    /// <summary>Before QEMU's first instruction, so that whoever finds it after a crash of this process knows whose it is.</summary>
    private static void Note(VmServices services, MachineRow row, ProcessIdentity process)
    {
        services.Layout.NoteProcess(row.Id, process.ToString());
        services.Machines.Update(row with { Process = process.ToString() });
    }

    /// <summary>Lets the CPUs go and waits for the daemon, the death of QEMU, or the bound, whichever comes first.</summary>
    private static async Task<GuestGreeting> BootAsync(RunningVm running, MachineRow row, TimeProvider time, CancellationToken cancellationToken)
    {
        using var bound = Deadline.After(row.BootTimeout, time).Enter(cancellationToken);
        using var death = CancellationTokenSource.CreateLinkedTokenSource(bound.Token);
        var booting = ContinueAndWaitAsync(running, death.Token);
        if (await Task.WhenAny(booting, running.Qemu.Exited).ConfigureAwait(false) != booting)
        {
            await death.CancelAsync().ConfigureAwait(false);
            await ((Task)booting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw await EndedAsync(running, row).ConfigureAwait(false);
        }

        try
        {
            return await booting.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VmException(SandboxErrorCode.MachineBootTimeout, $"The guest of machine {row.Id} did not become ready within {row.BootTimeout.TotalSeconds:0} s.")
            {
                Machine = row.Id,
                Verb = VmVerb.Start,
                Step = "start.boot",
                Evidence = running.Evidence,
                Advice = "See the console lines in its log; a busy host may need a longer BootTimeout, a larger guest more memory.",
                IsTransient = true,
            };
        }
        catch (SandboxException)
        {
            // When the monitor or the ports broke because QEMU was dying, that is the cause to tell.
            if (await DiesSoonAsync(running, time).ConfigureAwait(false))
            {
                throw await EndedAsync(running, row).ConfigureAwait(false);
            }

            throw;
        }
    }

    private static async Task<GuestGreeting> ContinueAndWaitAsync(RunningVm running, CancellationToken cancellationToken)
    {
        await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, cancellationToken).ConfigureAwait(false);
        return await running.Link.WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> DiesSoonAsync(RunningVm running, TimeProvider time)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        await ((Task)running.Qemu.Exited).WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return running.Qemu.Exited.IsCompleted;
    }

    private static async Task<VmException> EndedAsync(RunningVm running, MachineRow row) =>
        VmException.Ended(VmId.Parse(row.Id), VmVerb.Start, "start.boot", $"Machine {row.Id} ended before it was ready.", await running.DescribeEndAsync().ConfigureAwait(false));

    private static async Task CleanUpAsync(VmServices services, VmSlot slot, MachineRow row, Exception cause)
    {
        if (cause is SandboxException { Code: var code })
        {
            VmLog.StartFailed(services.Logger, slot.Id, code);
        }

        // Where QEMU never ran, the machine is what it was before.
        row = row with { LastError = cause is OperationCanceledException ? "The start was cancelled." : cause.Message };
        if (slot.Running is { } running)
        {
            running.IsEnding = true;
            running.Measure();
            running.Qemu.Kill();
            running.Log.Write(LogSource.Host, $"start failed: {cause.Message}");
            row = row with { State = nameof(VmState.Failed), Process = null, CpuTime = row.CpuTime + (running.Usage?.CpuTime ?? TimeSpan.Zero) };
        }

        await slot.ReleaseAsync(() =>
        {
            services.Platform.RuntimeDirectories.Remove(row.Id);
            services.Machines.Update(row);
        }).ConfigureAwait(false);
    }
}
