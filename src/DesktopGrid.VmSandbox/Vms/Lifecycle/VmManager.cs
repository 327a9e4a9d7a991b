using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Boundary;
using DesktopGrid.VmSandbox.Vms.Running;
using DesktopGrid.VmSandbox.Vms.Space;
using DesktopGrid.VmSandbox.Vms.Templates;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>The door to the verbs: finds a machine's slot and lets one verb at a time through. One file a verb, beside this one.</summary>
internal sealed partial class VmManager(VmServices services) : IRunningMachines, IAsyncDisposable
{
    private readonly ConcurrentDictionary<VmId, VmSlot> _slots = new();
    private readonly EndWatch _ends = new(services);
    private readonly TemplateStore _templates = new(services, (bytes, token) => StoreSpace.DemandForTemplateAsync(services, bytes, token));
    private readonly CancellationTokenSource _closing = new();
    private int _disposed;

    public async Task<VmId> CreateAsync(VmOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        await Space.DemandAsync(VmVerb.Create, null, 0, cancellationToken).ConfigureAwait(false);
        var (id, held) = await CreateVerb.RunAsync(services, options, cancellationToken).ConfigureAwait(false);
        if (held is not null)
        {
            Slot(id).Lock = held;
        }

        return id;
    }

    public async Task<VmStatus> LoadAsync(VmId id, CancellationToken cancellationToken = default)
    {
        using var entered = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        await LoadVerb.RunAsync(services, Slot(id), Watch(id), cancellationToken).ConfigureAwait(false);
        return Describe(services.Machines.Require(id));
    }

    public Task StartAsync(VmId id, CancellationToken cancellationToken = default) => StartAsync(id, static _ => { }, cancellationToken);

    public async Task StartAsync(VmId id, Action<bool> queued, CancellationToken cancellationToken)
    {
        using var share = await TakeShareAsync(id, VmVerb.Start, queued, cancellationToken).ConfigureAwait(false);
        using var entered = await EnterSettledAsync(id, VmVerb.Start, cancellationToken).ConfigureAwait(false);
        await UntilClosedAsync(token => StartVerb.RunAsync(services, _templates, Slot(id), Watch(id), token), cancellationToken).ConfigureAwait(false);
        Slot(id).Share = share.HandOn();
    }

    public async Task StopAsync(VmId id, TimeSpan? grace = null, CancellationToken cancellationToken = default)
    {
        using var entered = await EnterLoadedAsync(id, VmVerb.Stop, cancellationToken).ConfigureAwait(false);
        await UntilClosedAsync(token => StopVerb.RunAsync(services, Slot(id), grace, token), cancellationToken).ConfigureAwait(false);
    }

    public async Task DestroyAsync(VmId id, CancellationToken cancellationToken = default)
    {
        // How it ended goes with it; on a full disk the note could not be written, and would keep what fills the disk.
        using (await EnterAsync(id, cancellationToken, settle: false).ConfigureAwait(false))
        {
            await DestroyVerb.RunAsync(services, Slot(id), cancellationToken).ConfigureAwait(false);
        }

        // The slot is not disposed: a verb that waits at its gate shall learn that the machine is gone.
        _slots.TryRemove(id, out _);
    }

    public async Task<VmStatus> GetStatusAsync(VmId id, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        var row = services.Machines.Require(id);
        if (!StatusVerb.HasEndedUnnoticed(services, row, RunningPart(id)))
        {
            return Describe(row);
        }

        // The only status that stands in line with the verbs, one of which may take as long as a boot: its reason is just being written.
        using var entered = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        return Describe(services.Machines.Require(id));
    }

    public Task<IReadOnlyList<VmStatus>> ListAsync(CancellationToken cancellationToken = default) => FindAsync(new Dictionary<string, string>(), cancellationToken);

    public Task<IReadOnlyList<VmStatus>> FindAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<VmStatus>>(
            [.. services.Machines.All().Where(Fits).Select(Describe)]);

        bool Fits(MachineRow row) => labels.All(label => row.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
    }

    public async Task<IRunningMachine> RequireRunningAsync(VmId id, bool acceptSuspended, CancellationToken cancellationToken)
    {
        using var entered = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        await LoadVerb.RunAsync(services, Slot(id), Watch(id), cancellationToken).ConfigureAwait(false);
        var state = services.Machines.Require(id).VmState();
        // A suspended guest answers nothing: better a refusal now than a time-out later. One that is held goes on by itself.
        return (state == VmState.Running || ((acceptSuspended || Slot(id).IsHeld) && state == VmState.Suspended)) && Slot(id).Running is { } running
            ? running
            : throw new VmException(SandboxErrorCode.MachineState, $"Machine {id} is {state}; a session needs one that is {VmState.Running}.")
            {
                Machine = id.ToString(),
                State = state,
                Advice = state == VmState.Suspended ? "Let it continue first." : services.Checkpoints.Of(id.ToString()).Count > 0 ? "Resume it from its checkpoint first, or start it anew." : "Start it first.",
            };
    }

    public Task<string> MakeInputDiskAsync(VmId id, CancellationToken cancellationToken) =>
        MakeDiskAsync(id, services.Layout.InputDisk(id.ToString()), services.Platform.Files.MakeFile, cancellationToken);

    public Task<string> MakeOutputDiskAsync(VmId id, long length, CancellationToken cancellationToken) =>
        MakeDiskAsync(id, services.Layout.OutputDisk(id.ToString()), path => services.Platform.Files.MakeSparseFile(path, length), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        var faults = new List<SandboxException>();
        foreach (var slot in _slots.Values)
        {
            try
            {
                using var entered = await slot.EnterAsync(CancellationToken.None).ConfigureAwait(false);
                await _ends.LetGoAsync(slot).ConfigureAwait(false);
            }
            catch (SandboxException e)
            {
                // The others are let go all the same.
                VmLog.EndNotNoted(services.Logger, slot.Id, e);
                faults.Add(e);
            }

            slot.Dispose();
        }

        _closing.Dispose();
        _templates.Dispose();
        if (faults is [var first, ..])
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    /// <summary>What the store takes on the disk.</summary>
    public Task<StoreUsage> GetUsageAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return Space.GetUsageAsync(cancellationToken);
    }

    /// <summary>Removes what nobody uses.</summary>
    public async Task<StorePruned> PruneAsync(StorePruneOptions options, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        StorePruned pruned = null!;
        await UntilClosedAsync(async token => pruned = await Space.PruneAsync(options, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return pruned;
    }

    /// <summary>Makes room on the disk for something that is to be imported, or refuses.</summary>
    public Task DemandRoomAsync(long bytes, CancellationToken cancellationToken) => Space.DemandAsync(VmVerb.Import, null, bytes, cancellationToken);

    private StoreSpace Space => new(services, RemovePrunedAsync, _templates.Shared.ForgetRemoved);

    private async Task<string> MakeDiskAsync(VmId id, string path, Action<string> make, CancellationToken cancellationToken)
    {
        using var entered = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        // Whatever may start may get a disk before.
        services.Machines.Require(id).Demand(VmVerb.Start);
        make(path);
        return path;
    }

    private VmStatus Describe(MachineRow row)
    {
        _slots.TryGetValue(VmId.Parse(row.Id), out var slot);
        return StatusVerb.Describe(services, row, slot?.Running, slot?.CpuSharePercent);
    }

    private RunningVm? RunningPart(VmId id) => _slots.TryGetValue(id, out var slot) ? slot.Running : null;

    private Func<RunningVm, Task> Watch(VmId id) => running => _ends.WatchAsync(Slot(id), running);

    private VmSlot Slot(VmId id) => _slots.GetOrAdd(id, static id => new VmSlot(id));

    private async Task<VmSlot.Entered> EnterAsync(VmId id, CancellationToken cancellationToken, bool settle = true, Func<Task>? then = null)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        // No slot for a machine that there is not.
        services.Machines.Require(id);
        VmSlot.Entered entered = default;
        await UntilClosedAsync(async token => entered = await Slot(id).EnterAsync(token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        try
        {
            if (settle)
            {
                await _ends.SettleAsync(Slot(id)).ConfigureAwait(false);
            }

            await (then?.Invoke() ?? Task.CompletedTask).ConfigureAwait(false);
            return entered;
        }
        catch
        {
            entered.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Waits for room in the host's budget, before the machine is entered: whoever waits holds nothing, and the machine can be looked at, destroyed,
    /// or started elsewhere meanwhile. What can be refused is refused first; it may be so again afterwards.
    /// </summary>
    private async Task<BudgetShare> TakeShareAsync(VmId id, VmVerb verb, Action<bool> queued, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var row = services.Machines.Require(id);
        BudgetShare share = null!;
        if (VmTransitions.Next(verb, row.VmState()) is null)
        {
            // Perhaps only because its end is not noted yet; under the gate that is settled.
            using var entered = await EnterSettledAsync(id, verb, cancellationToken).ConfigureAwait(false);
            services.Machines.Require(id).Demand(verb);
        }

        var waits = false;
        await UntilClosedAsync(async token => share = await services.Budget.TakeAsync(id, verb, row.MemoryMiB, row.VirtualCpus, Wait, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (waits)
        {
            queued(false);
        }

        return share;

        void Wait()
        {
            waits = true;
            VmLog.Queued(services.Logger, id, services.Budget.Waiting - 1);
            queued(true);
        }
    }

    /// <summary>What takes long is given up when the host closes: nobody waits minutes for a guest that is to be ended.</summary>
    private async Task UntilClosedAsync(Func<CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            await act(bound.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (_closing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The host was closed meanwhile.", e);
        }
    }

    /// <summary>Verbs on a running machine take it up first, so that a program of many short processes can use them.</summary>
    private Task<VmSlot.Entered> EnterLoadedAsync(VmId id, VmVerb verb, CancellationToken cancellationToken) => EnterAsync(id, cancellationToken, then: () =>
    {
        services.Machines.Require(id).Demand(verb);
        return LoadVerb.RunAsync(services, Slot(id), Watch(id), cancellationToken, verb);
    });

    /// <summary>Verbs that make a machine run see first that it has ended, where its host was killed and nobody has written it down.</summary>
    private Task<VmSlot.Entered> EnterSettledAsync(VmId id, VmVerb verb, CancellationToken cancellationToken) => EnterAsync(id, cancellationToken, then: () =>
        Slot(id).Running is null && StatusVerb.HasEndedUnnoticed(services, services.Machines.Require(id), running: null)
            ? LoadVerb.RunAsync(services, Slot(id), Watch(id), cancellationToken, verb)
            : Task.CompletedTask);
}
