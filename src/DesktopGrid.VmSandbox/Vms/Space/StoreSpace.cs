using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Space;

/// <summary>The store in hand, for the door to the verbs: what it takes, what may go, and whether there is room.</summary>
/// <param name="services">What the verbs work with.</param>
/// <param name="removeCheckpoint">Removes one checkpoint of a machine, as a verb on it; false where another process has the machine.</param>
/// <param name="pruned">Called when something may have been removed.</param>
internal sealed class StoreSpace(VmServices services, Func<StoreItem, CancellationToken, Task<bool>> removeCheckpoint, Action pruned)
{
    /// <summary>What the store takes on the disk.</summary>
    public Task<StoreUsage> GetUsageAsync(CancellationToken cancellationToken) => new UsageReader(services).ReadAsync(cancellationToken);

    /// <summary>Removes what nobody uses.</summary>
    public async Task<StorePruned> PruneAsync(StorePruneOptions options, CancellationToken cancellationToken)
    {
        var removed = await Pruner.RunAsync(options, cancellationToken).ConfigureAwait(false);
        pruned();
        return removed;
    }

    /// <inheritdoc cref="DiskBudget.DemandAsync"/>
    public async Task DemandAsync(VmVerb verb, VmId? machine, long expected, CancellationToken cancellationToken)
    {
        await new DiskBudget(services, Pruner, services.DiskBytes).DemandAsync(verb, machine, expected, cancellationToken).ConfigureAwait(false);
        pruned();
    }

    /// <summary>Makes room for a template, or refuses. Removes no checkpoint, for which it would wait for the machine that has it.</summary>
    public static Task DemandForTemplateAsync(VmServices services, long expected, CancellationToken cancellationToken) =>
        new StoreSpace(services, static (_, _) => Task.FromResult(false), static () => { }).DemandAsync(VmVerb.Start, null, expected, cancellationToken);

    private Pruner Pruner => new(services, removeCheckpoint);
}
