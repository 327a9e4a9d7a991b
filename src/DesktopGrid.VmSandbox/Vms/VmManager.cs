using System.Collections.Concurrent;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms.Lifecycle;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Vms;

/// <summary>The door to the verbs: finds a machine's slot, lets one verb at a time through, and watches over what runs. One file a verb in Lifecycle.</summary>
internal sealed partial class VmManager(VmServices services) : IVmManager, IAsyncDisposable
{
    private readonly ConcurrentDictionary<VmId, VmSlot> _slots = new();
    private int _disposed;

    public Task<VmId> CreateAsync(VmOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return CreateVerb.RunAsync(services, options, cancellationToken);
    }

    public async Task<VmStatus> LoadAsync(VmId id, CancellationToken cancellationToken = default)
    {
        using var entered = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        await LoadVerb.RunAsync(services, Slot(id), WatchAsync, cancellationToken).ConfigureAwait(false);
        return StatusVerb.Describe(services, services.Machines.Require(id), Slot(id).Running);
    }

    public async Task StartAsync(VmId id, CancellationToken cancellationToken = default)
    {
        using var entered = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        await StartVerb.RunAsync(services, Slot(id), WatchAsync, cancellationToken).ConfigureAwait(false);
    }

    public async Task SuspendAsync(VmId id, CancellationToken cancellationToken = default)
    {
        using var entered = await EnterLoadedAsync(id, VmVerb.Suspend, cancellationToken).ConfigureAwait(false);
        await GuardAsync(id, PauseVerbs.SuspendAsync(services, Slot(id), cancellationToken)).ConfigureAwait(false);
    }

    public async Task ContinueAsync(VmId id, CancellationToken cancellationToken = default)
    {
        using var entered = await EnterLoadedAsync(id, VmVerb.Continue, cancellationToken).ConfigureAwait(false);
        await GuardAsync(id, PauseVerbs.ContinueAsync(services, Slot(id), cancellationToken)).ConfigureAwait(false);
    }

    public async Task StopAsync(VmId id, TimeSpan? grace = null, CancellationToken cancellationToken = default)
    {
        using var entered = await EnterLoadedAsync(id, VmVerb.Stop, cancellationToken).ConfigureAwait(false);
        await StopVerb.RunAsync(services, Slot(id), grace, cancellationToken).ConfigureAwait(false);
    }

    public async Task DestroyAsync(VmId id, CancellationToken cancellationToken = default)
    {
        using (await EnterAsync(id, cancellationToken).ConfigureAwait(false))
        {
            await DestroyVerb.RunAsync(services, Slot(id), cancellationToken).ConfigureAwait(false);
        }

        // The slot is not disposed: a verb that waits at its gate shall learn that the machine is gone.
        _slots.TryRemove(id, out _);
    }

    public async Task<VmStatus> GetStatusAsync(VmId id, CancellationToken cancellationToken = default)
    {
        using var entered = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        return StatusVerb.Describe(services, services.Machines.Require(id), Slot(id).Running);
    }

    public Task<IReadOnlyList<VmStatus>> ListAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<VmStatus>>(
            [.. services.Machines.All().Select(row => StatusVerb.Describe(services, row, _slots.TryGetValue(VmId.Parse(row.Id), out var slot) ? slot.Running : null))]);
    }

    /// <summary>The running part of a machine, taken up if need be; for the session.</summary>
    public async Task<IRunningMachine> RequireRunningAsync(VmId id, CancellationToken cancellationToken)
    {
        using var entered = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        await LoadVerb.RunAsync(services, Slot(id), WatchAsync, cancellationToken).ConfigureAwait(false);
        return Slot(id).Running ?? throw new VmException(SandboxErrorCode.MachineState, $"Machine {id} is {services.Machines.Require(id).State}; a session needs one that is Running.")
        {
            Machine = id.ToString(),
            State = services.Machines.Require(id).VmState(),
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        foreach (var slot in _slots.Values)
        {
            using (await slot.EnterAsync(CancellationToken.None).ConfigureAwait(false))
            {
                await LetGoAsync(slot).ConfigureAwait(false);
            }

            slot.Dispose();
        }
    }

    private VmSlot Slot(VmId id) => _slots.GetOrAdd(id, static id => new VmSlot(id));

    private async Task<VmSlot.Entered> EnterAsync(VmId id, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return await Slot(id).EnterAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Verbs on a running machine take it up first, so that a program of many short processes can use them.</summary>
    private async Task<VmSlot.Entered> EnterLoadedAsync(VmId id, VmVerb verb, CancellationToken cancellationToken)
    {
        var entered = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        try
        {
            services.Machines.Require(id).Demand(verb);
            await LoadVerb.RunAsync(services, Slot(id), WatchAsync, cancellationToken).ConfigureAwait(false);
            return entered;
        }
        catch
        {
            entered.Dispose();
            throw;
        }
    }

    /// <summary>A monitor that broke because QEMU died is told as the machine's end.</summary>
    private async Task GuardAsync(VmId id, Task verb)
    {
        try
        {
            await verb.ConfigureAwait(false);
        }
        catch (Qmp.QmpException e) when (e.Code == SandboxErrorCode.MonitorDisconnected && Slot(id).Running is { } running)
        {
            running.Qemu.Kill();
            throw new VmException(SandboxErrorCode.MachineEnded, $"Machine {id} ended meanwhile. {(await running.DescribeEndAsync().ConfigureAwait(false)).Why}", e) { Machine = id.ToString() };
        }
    }

    /// <summary>Waits for an end that nobody asked for, and writes it down.</summary>
    private async Task WatchAsync(RunningVm running)
    {
        await ((Task)running.Qemu.Exited).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        var slot = _slots.Values.FirstOrDefault(slot => ReferenceEquals(slot.Running, running));
        if (slot is null || running.IsEnding || _disposed != 0)
        {
            return;
        }

        try
        {
            using var entered = await slot.EnterAsync(CancellationToken.None).ConfigureAwait(false);
            if (!ReferenceEquals(slot.Running, running) || running.IsEnding || services.Machines.Find(slot.Id.ToString()) is not { } row)
            {
                return;
            }

            var why = (await running.DescribeEndAsync().ConfigureAwait(false)).Why;
            LogEnded(services.Logger, slot.Id.ToString(), why);
            running.Log.Write(Logs.LogSource.Host, $"ended by itself: {why}");
            services.Machines.Update(row with { State = nameof(VmState.Failed), Process = null, CpuTime = row.CpuTime + (running.Usage?.CpuTime ?? TimeSpan.Zero), LastError = why });
            await slot.ReleaseAsync().ConfigureAwait(false);
            services.Platform.RuntimeDirectories.Remove(row.Id);
        }
        catch (Exception e) when (e is SandboxException or ObjectDisposedException)
        {
            LogUnwatched(services.Logger, slot.Id.ToString(), e);
        }
    }

    private async Task LetGoAsync(VmSlot slot)
    {
        if (slot.Running is { } running && services.Machines.Find(slot.Id.ToString()) is { } row)
        {
            if (row.OutlivesHost && !running.Qemu.Exited.IsCompleted)
            {
                running.Log.Write(Logs.LogSource.Host, "left running by its host process");
            }
            else
            {
                await StopVerb.EndAsync(services, running, row.VmState(), TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
                services.Platform.RuntimeDirectories.Remove(row.Id);
                services.Machines.Update(row with { State = nameof(VmState.Stopped), Process = null, CpuTime = row.CpuTime + (running.Usage?.CpuTime ?? TimeSpan.Zero) });
            }
        }

        await slot.ReleaseAsync().ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Machine {Machine} ended by itself: {Why}")]
    private static partial void LogEnded(ILogger logger, string machine, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "The end of machine {Machine} could not be written down")]
    private static partial void LogUnwatched(ILogger logger, string machine, Exception exception);
}
