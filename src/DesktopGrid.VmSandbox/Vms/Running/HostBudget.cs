using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>
/// How many machines fit at once into the memory and the cores that the owner gives. What does not fit waits in line: first come, first served,
/// so that a large machine is not passed for ever by small ones. A suspended machine keeps its share.
/// </summary>
internal sealed class HostBudget(int? memoryMiB = null, int? virtualCpus = null)
{
    /// <summary>What QEMU takes beside the guest's RAM, in MiB.</summary>
    public const int OverheadMiB = 128;

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _line = new();
    private long _memory;
    private long _cpus;

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _line.Count;
            }
        }
    }

    /// <summary>Waits for a share; at once where there is no line and it fits.</summary>
    /// <param name="machine">Whose.</param>
    /// <param name="verb">What it is for.</param>
    /// <param name="memory">The machine's RAM in MiB.</param>
    /// <param name="cpus">Its virtual CPUs.</param>
    /// <param name="waits">Told once if it has to wait.</param>
    /// <param name="cancellationToken">Leaves the line.</param>
    /// <returns>The share, to be given back by its disposal.</returns>
    /// <exception cref="VmException">It is larger than the whole budget (<c>BudgetExceeded</c>).</exception>
    public async Task<BudgetShare> TakeAsync(VmId machine, VmVerb verb, int memory, int cpus, Action waits, CancellationToken cancellationToken)
    {
        if (memory + OverheadMiB > memoryMiB || cpus > virtualCpus)
        {
            throw new VmException(SandboxErrorCode.BudgetExceeded, $"Machine {machine} with {memory} MiB and {OverheadMiB} MiB for QEMU, and {cpus} virtual CPUs, is larger than the whole budget of this host: {(memoryMiB is null ? "any memory" : $"{memoryMiB} MiB")} and {(virtualCpus is null ? "any number of" : virtualCpus)} virtual CPUs.")
            {
                Machine = machine.ToString(),
                Verb = verb,
                Step = "budget",
            };
        }

        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new Waiter(memory + OverheadMiB, cpus);
        LinkedListNode<Waiter> place;
        lock (_lock)
        {
            place = _line.AddLast(waiter);
            Serve();
        }

        if (!waiter.Served.Task.IsCompleted)
        {
            waits();
            using var leaving = cancellationToken.Register(() =>
            {
                lock (_lock)
                {
                    if (waiter.Served.TrySetCanceled(cancellationToken))
                    {
                        _line.Remove(place);
                        // Whoever stood behind it may fit.
                        Serve();
                    }
                }
            });
            await waiter.Served.Task.ConfigureAwait(false);
        }

        return new BudgetShare(() => GiveBack(waiter));
    }

    /// <summary>A share for a machine that runs already, whether it fits or not: one that outlived another process.</summary>
    public BudgetShare TakeAnyway(int memory, int cpus)
    {
        var waiter = new Waiter(memory + OverheadMiB, cpus);
        lock (_lock)
        {
            Count(waiter, 1);
        }

        return new BudgetShare(() => GiveBack(waiter));
    }

    private void GiveBack(Waiter waiter)
    {
        lock (_lock)
        {
            Count(waiter, -1);
            Serve();
        }
    }

    private void Serve()
    {
        while (_line.First is { Value: var first } && !(_memory + first.Memory > memoryMiB) && !(_cpus + first.Cpus > virtualCpus))
        {
            _line.RemoveFirst();
            Count(first, 1);
            first.Served.TrySetResult();
        }
    }

    private void Count(Waiter waiter, int sign)
    {
        _memory += sign * waiter.Memory;
        _cpus += sign * waiter.Cpus;
    }

    private sealed record Waiter(long Memory, long Cpus)
    {
        public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A machine's part of the budget; given back once, however often it is disposed.</summary>
internal sealed class BudgetShare(Action giveBack) : IDisposable
{
    private Action? _giveBack = giveBack;

    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();

    /// <summary>Hands it on: this one gives nothing back any more.</summary>
    public BudgetShare HandOn() => new(Interlocked.Exchange(ref _giveBack, null) ?? throw new InvalidOperationException("The share was given back or handed on already."));
}
