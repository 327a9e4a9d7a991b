using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Vms;

/// <summary>What is made of the machine verbs.</summary>
public static class VmManagerExtensions
{
    /// <summary>
    /// Lets every machine go on from its newest checkpoint that has failed and has one: what a middleware does after it has opened the store again,
    /// when its process was killed, or the power was cut. Those without a checkpoint, and those that were stopped on purpose, stay as they are.
    /// </summary>
    /// <param name="machines">The machine verbs.</param>
    /// <param name="cancellationToken">Gives up; those that run already go on running.</param>
    /// <returns>One entry for each that had failed and has a checkpoint, oldest machine first; one that cannot go on keeps none from it.</returns>
    /// <exception cref="SandboxException">The catalog cannot be read.</exception>
    public static async Task<IReadOnlyList<VmRecovery>> RecoverAsync(this IVmManager machines, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(machines);
        var found = new List<VmRecovery>();
        foreach (var status in await machines.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (status is { State: VmState.Failed, LastCheckpoint: not null })
            {
                found.Add(await TryAsync(machines, status.Id, cancellationToken).ConfigureAwait(false));
            }
        }

        return found;
    }

    private static async Task<VmRecovery> TryAsync(IVmManager machines, VmId id, CancellationToken cancellationToken)
    {
        try
        {
            return new VmRecovery(id, await machines.ResumeAsync(id, name: null, cancellationToken).ConfigureAwait(false), null);
        }
        catch (SandboxException e)
        {
            return new VmRecovery(id, null, e);
        }
    }
}

/// <summary>What became of one machine that had failed and has a checkpoint.</summary>
/// <param name="Machine">Which.</param>
/// <param name="Checkpoint">What it goes on from; null where it does not.</param>
/// <param name="Failure">Why it does not; null where it does. It is as it was before.</param>
public sealed record VmRecovery(VmId Machine, VmCheckpoint? Checkpoint, SandboxException? Failure);
