using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Running;
using DesktopGrid.VmSandbox.Vms.Templates;

namespace DesktopGrid.VmSandbox.Vms.Space;

/// <summary>Removes what nobody uses, the longest unused first, until the store is small enough.</summary>
/// <param name="services">What the verbs work with.</param>
/// <param name="removeCheckpoint">Removes one checkpoint of a machine, as a verb on it; false where another process has the machine.</param>
internal sealed class Pruner(VmServices services, Func<StoreItem, CancellationToken, Task<bool>> removeCheckpoint)
{
    private readonly UsageReader _usage = new(services);

    public async Task<StorePruned> RunAsync(StorePruneOptions options, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.OlderThan, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.TargetBytes ?? 0, nameof(options));
        var usage = await _usage.ReadAsync(cancellationToken).ConfigureAwait(false);
        var left = usage.Bytes;
        var before = services.Time.GetUtcNow() - options.OlderThan;
        var removed = new List<StoreItem>();
        foreach (var item in usage.Items.Where(item => IsMeant(item, options) && item.UsedAt <= before))
        {
            if (left <= options.TargetBytes)
            {
                break;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (options.DryRun || await RemoveAsync(item, cancellationToken).ConfigureAwait(false))
            {
                removed.Add(item);
                left -= item.Bytes;
            }
        }

        // A checkpoint's part of its machine's disk is only known afterwards.
        left = options.DryRun || removed.Count == 0 ? left : (await _usage.ReadAsync(cancellationToken).ConfigureAwait(false)).Bytes;
        return new StorePruned { Removed = removed, BytesLeft = left };
    }

    private static bool IsMeant(StoreItem item, StorePruneOptions options) => item.Kind switch
    {
        StoreItemKind.Image => options.Images && !item.IsInUse,
        StoreItemKind.Layer => options.Layers && !item.IsInUse,
        StoreItemKind.Template => options.Templates && !item.IsInUse,
        StoreItemKind.Log => options.Logs && !item.IsInUse,
        StoreItemKind.Checkpoint => item.IsInUse ? options.NewestCheckpoints : options.Checkpoints || options.NewestCheckpoints,
        _ => false,
    };

    /// <summary>False where it is used meanwhile, or cannot be removed: then the next one is as good.</summary>
    private async Task<bool> RemoveAsync(StoreItem item, CancellationToken cancellationToken)
    {
        try
        {
            var isGone = item.Kind switch
            {
                StoreItemKind.Image => services.Images.RemoveUnused(item.Id, services.Time.GetUtcNow() - UsageReader.JustAsked),
                StoreItemKind.Layer => services.Layers.RemoveUnused(item.Id, services.Time.GetUtcNow() - UsageReader.JustAsked),
                StoreItemKind.Template => TemplateStore.TryRemove(services, item.Id),
                StoreItemKind.Log => LogExpiry.Remove(services, item.Id),
                _ => await removeCheckpoint(item, cancellationToken).ConfigureAwait(false),
            };
            if (isGone)
            {
                VmLog.Step(services.Logger, item.Machine ?? item.Id, $"prune.{item.Kind.ToString().ToLowerInvariant()}");
                VmLog.Pruned(services.Logger, item.Kind, item.Id, item.Bytes);
            }

            return isGone;
        }
        catch (VmException e) when (e.Code is SandboxErrorCode.MachineBusy or SandboxErrorCode.MachineUnknown or SandboxErrorCode.MachineState)
        {
            // Another process has it, or was quicker.
            return false;
        }
        catch (Exception e) when (e is SandboxException or IOException or UnauthorizedAccessException)
        {
            VmLog.NotPruned(services.Logger, item.Kind, item.Id, e);
            return false;
        }
    }
}
