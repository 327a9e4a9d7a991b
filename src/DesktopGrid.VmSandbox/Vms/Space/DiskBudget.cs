using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Space;

/// <summary>
/// The disk that the owner gives to the store: looked at before what makes it larger. What nobody uses is removed by itself, templates, kept logs,
/// images and layers without machines; work, machines and their checkpoints, never.
/// </summary>
internal sealed class DiskBudget(VmServices services, Pruner pruner, long? most)
{
    private readonly UsageReader _usage = new(services);

    /// <summary>Makes room, or refuses.</summary>
    /// <param name="verb">What is to be done.</param>
    /// <param name="machine">Of which machine; null for a new one.</param>
    /// <param name="expected">How many bytes it is expected to add.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VmException">There is not so much (<c>BudgetExceeded</c>).</exception>
    public async Task DemandAsync(VmVerb verb, VmId? machine, long expected, CancellationToken cancellationToken)
    {
        if (most is not { } budget || (await _usage.ReadAsync(cancellationToken).ConfigureAwait(false)).Bytes + expected <= budget)
        {
            return;
        }

        var options = new StorePruneOptions { TargetBytes = Math.Max(0, budget - expected) };
        // What is removed shall make the difference: where it cannot, it stays.
        var pruned = await pruner.RunAsync(options with { DryRun = true }, cancellationToken).ConfigureAwait(false);
        if (pruned.BytesLeft + expected <= budget)
        {
            pruned = await pruner.RunAsync(options, cancellationToken).ConfigureAwait(false);
        }

        if (pruned.BytesLeft + expected > budget)
        {
            throw new VmException(SandboxErrorCode.BudgetExceeded, $"The store {services.Layout.Root} takes {Mebibytes(pruned.BytesLeft)} MiB{(expected > 0 ? $", {verb} is expected to take {Mebibytes(expected)} MiB more," : "")} of the {Mebibytes(budget)} MiB that the disk budget gives, and what nobody uses does not make up for it.")
            {
                Machine = machine?.ToString(),
                Verb = verb,
                Step = "budget.disk",
                Advice = "Destroy machines or remove checkpoints that are of no use any more, or give the store more.",
                IsTransient = true,
            };
        }
    }

    private static long Mebibytes(long bytes) => (bytes + (1024 * 1024) - 1) / (1024 * 1024);
}
