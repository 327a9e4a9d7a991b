using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>
/// What every way to a running machine has in common: the lock, the checks, QEMU's launch, the wait for the guest against QEMU's death and a
/// bound, and the way back to a legal state when one of it fails.
/// </summary>
internal sealed class MachineLaunch(VmServices services, VmSlot slot, VmVerb verb)
{
    private static readonly TimeSpan DeathPatience = TimeSpan.FromSeconds(2);

    private readonly string _step = verb.ToString().ToLowerInvariant();
    private MachineRow _row = null!;

    public MachineRow Row => _row;

    public QemuInstallation Installation { get; private set; } = null!;

    public MachineSpec Spec { get; private set; } = null!;

    public RunningVm Running => slot.Running!;

    /// <summary>Runs it all; what fails is told and written down.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> way, Func<RunningVm, Task> watch, CancellationToken cancellationToken)
    {
        _row = services.Machines.Require(slot.Id);
        _row.Demand(verb);
        slot.Lock ??= await MachineLock.TakeAsync(services.Layout.Lock(_row.Id), services.Time, cancellationToken).ConfigureAwait(false) ?? throw VmException.Busy(slot.Id, verb);
        try
        {
            // Read again: until the lock was ours, another process may have had the machine.
            _row = services.Machines.Require(slot.Id);
            _row.Demand(verb);
            await way(cancellationToken).ConfigureAwait(false);
            // Another process may have removed it, and with it what QEMU runs on.
            services.Machines.Require(slot.Id);
            services.Machines.Update(_row with { State = nameof(VmState.Running) });
            Running.StandBack(services.Platform.Finder, Spec.Priority);
            _ = watch(Running);
        }
        catch (Exception e)
        {
            var isGone = e is SandboxException && !Directory.Exists(services.Layout.Machine(_row.Id));
            await CleanUpAsync(e).ConfigureAwait(false);
            if (isGone)
            {
                // What is missing is missing because of that.
                throw VmException.Unknown(slot.Id, e);
            }

            throw;
        }
    }

    /// <summary>Looks at the images and at QEMU, and proves the accelerator.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var image = services.Images.Open(_row.ImageId);
        BackingChain.Check(services.Layout.Overlay(_row.Id), services.Layout.Root);
        Installation = await services.Selector.FindAsync(cancellationToken).ConfigureAwait(false);
        var verdicts = await services.Selector.ProveAsync(new ProvingGuest(image.KernelPath, image.InitrdPath, image.Manifest.KernelCommandLine), again: false, cancellationToken).ConfigureAwait(false);
        Spec = MachineWiring.Spec(services, _row, image, verdicts.First(static verdict => verdict.IsProven).Accelerator);
    }

    /// <summary>Starts QEMU, whose virtual CPUs stand, and joins it.</summary>
    public async Task LaunchAsync(StartPath path, CancellationToken cancellationToken, RamBacking? ram = null)
    {
        Spec = Spec with { AwaitsState = path != StartPath.Cold, Ram = ram };
        var qemu = await services.Launcher.StartAsync(Installation, Spec, Note, cancellationToken).ConfigureAwait(false);
        // A guest that goes on from an instant has been spoken to, and may have half a request in its ports.
        slot.Running = await MachineWiring.JoinAsync(services, slot.Id, Spec, qemu, isFresh: path == StartPath.Cold).ConfigureAwait(false);
        _row = _row with
        {
            Process = qemu.Identity.ToString(),
            MachineType = Spec.MachineType,
            CpuModel = Spec.CpuModel,
            QemuVersion = Installation.Version,
            Accelerator = Spec.Accelerator.ToString(),
            StartPath = path.ToString(),
            Confinement = MachineRecords.Text(qemu.Confinement),
            LastError = null,
        };
        services.Machines.Update(_row);
        Running.Log.Write(LogSource.Host, $"started: QEMU {Installation.Version}, {Spec.Accelerator}, process {qemu.Identity.Id}");
    }

    /// <summary>Ends what was launched, so that it can be launched another way.</summary>
    public async Task DiscardAsync()
    {
        if (slot.Running is { } running)
        {
            running.IsEnding = true;
            await running.KillAsync().ConfigureAwait(false);
            slot.Running = null;
            await running.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Does something with the guest; QEMU's death or the bound on its start ends it, whichever comes first.</summary>
    public async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> act, CancellationToken cancellationToken)
    {
        using var bound = Deadline.After(_row.BootTimeout, services.Time).Enter(cancellationToken);
        using var death = CancellationTokenSource.CreateLinkedTokenSource(bound.Token);
        var acting = act(death.Token);
        if (await Task.WhenAny(acting, Running.Qemu.Exited).ConfigureAwait(false) != acting)
        {
            await death.CancelAsync().ConfigureAwait(false);
            await ((Task)acting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw await EndedAsync().ConfigureAwait(false);
        }

        try
        {
            return await acting.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw VmException.BootTimeout(slot.Id, verb, $"{_step}.boot", _row.BootTimeout, Running.Evidence);
        }
        catch (SandboxException)
        {
            // When the monitor or the ports broke because QEMU was dying, that is the cause to tell.
            if (await DiesSoonAsync().ConfigureAwait(false))
            {
                throw await EndedAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Before QEMU's first instruction, so that whoever finds it after a crash of this process knows whose it is.</summary>
    private void Note(ProcessIdentity process)
    {
        services.Layout.NoteProcess(_row.Id, process.ToString());
        services.Machines.Update(_row with { Process = process.ToString() });
    }

    private async Task<bool> DiesSoonAsync()
    {
        using var patience = new CancellationTokenSource(DeathPatience, services.Time);
        await ((Task)Running.Qemu.Exited).WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Running.Qemu.Exited.IsCompleted;
    }

    private async Task<VmException> EndedAsync() =>
        VmException.Ended(slot.Id, verb, $"{_step}.boot", $"Machine {_row.Id} ended before it was ready.", await Running.DescribeEndAsync().ConfigureAwait(false));

    /// <summary>Until it is gone: what comes next may want its disk. One that the kernel holds is not to hide why it was to end.</summary>
    private async Task EndAsync(RunningVm running)
    {
        try
        {
            await running.KillAsync().ConfigureAwait(false);
        }
        catch (VmException e)
        {
            VmLog.Left(services.Logger, _row.Id, e);
        }
    }

    private async Task CleanUpAsync(Exception cause)
    {
        if (cause is SandboxException { Code: var code })
        {
            VmLog.StartFailed(services.Logger, slot.Id, code);
        }

        // Where QEMU never ran, the machine is what it was before.
        _row = _row with { LastError = cause is OperationCanceledException ? $"The {_step} was cancelled." : cause.Message };
        if (slot.Running is { } running)
        {
            running.IsEnding = true;
            running.Measure();
            await EndAsync(running).ConfigureAwait(false);
            running.Log.Write(LogSource.Host, $"{_step} failed: {cause.Message}");
            _row = _row with { State = nameof(VmState.Failed), Process = null, CpuTime = _row.CpuTime + (running.Usage?.CpuTime ?? TimeSpan.Zero) };
        }

        await slot.ReleaseAsync(() =>
        {
            services.Platform.RuntimeDirectories.Remove(_row.Id);
            services.Machines.Update(_row);
        }).ConfigureAwait(false);
    }
}
