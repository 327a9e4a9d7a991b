using System.Diagnostics.CodeAnalysis;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>What every way to a new machine has in common: what may be asked for, and the row that comes of it.</summary>
internal static class NewMachine
{
    private const int MaxLabels = 32, MaxLabelLength = 256;

    public static MachineRow Row(VmId id, MachineImages images, VmOptions options, VmState state, DateTimeOffset now) => new()
    {
        Id = id.ToString(),
        ImageId = images.Image.Id,
        Layers = [.. images.Layers.Select(static layer => layer.Id)],
        State = state.ToString(),
        // Even: some hosts want pages of 2 MiB.
        MemoryMiB = options.MemoryMiB + (options.MemoryMiB % 2),
        VirtualCpus = options.VirtualCpus,
        OutlivesHost = options.OutlivesHost,
        IsTemporary = options.IsTemporary,
        WarmStart = options.WarmStart,
        SharesMemory = options.ShareMemory,
        BootTimeout = options.BootTimeout,
        KeepLog = options.KeepLog,
        CreatedAt = now,
        Labels = options.Labels,
    };

    /// <summary>Refuses what no machine can be.</summary>
    /// <exception cref="VmException">Code <c>MachineInvalid</c>: the first fault.</exception>
    public static void Check(VmOptions options, VmVerb verb)
    {
        Require(options.MemoryMiB is >= 64 and <= 1_048_576, $"{nameof(VmOptions.MemoryMiB)} must be 64 to 1048576, not {options.MemoryMiB}");
        Require(options.VirtualCpus is >= 1 and <= 64, $"{nameof(VmOptions.VirtualCpus)} must be 1 to 64, not {options.VirtualCpus}");
        Require(options.BootTimeout >= TimeSpan.FromSeconds(1) && options.BootTimeout <= TimeSpan.FromHours(1), $"{nameof(VmOptions.BootTimeout)} must be 1 s to 1 h, not {options.BootTimeout}");
        Require(options.WarmStart || !options.ShareMemory, $"{nameof(VmOptions.ShareMemory)} needs {nameof(VmOptions.WarmStart)}: what is shared is a template");
        Require(options.KeepLog >= TimeSpan.Zero && options.KeepLog <= TimeSpan.FromDays(3650), $"{nameof(VmOptions.KeepLog)} must be zero to ten years, not {options.KeepLog}");
        Require(options.Layers is not null && !options.Layers.Contains(null!), $"{nameof(VmOptions.Layers)} must not be or hold null; leave it out for none");
        Require(options.Labels is not null, $"{nameof(VmOptions.Labels)} must not be null; leave it out for none");
        Require(options.Labels.Count <= MaxLabels, $"there may be {MaxLabels} labels, not {options.Labels.Count}");
        Require(options.Labels.All(static label => label.Key.Length is > 0 and <= MaxLabelLength && label.Value is { Length: <= MaxLabelLength }), $"a label's name and value hold at most {MaxLabelLength} characters each, and the name at least one");

        void Require([DoesNotReturnIf(false)] bool holds, string fault)
        {
            if (!holds)
            {
                throw Fault(verb, fault);
            }
        }
    }

    public static VmException Fault(VmVerb verb, string fault) => new(SandboxErrorCode.MachineInvalid, $"The machine cannot be made: {fault}.") { Verb = verb, Step = verb.ToString().ToLowerInvariant() };
}

/// <summary>What a new machine's file systems are made of.</summary>
/// <param name="Image">The base image.</param>
/// <param name="Layers">Its layers, the lowest first.</param>
internal sealed record MachineImages(BaseImage Image, IReadOnlyList<Layer> Layers)
{
    /// <summary>Finds what was asked for, which is then not pruned for a while.</summary>
    /// <exception cref="ImageException">The store has no image or layer of that name, or it is damaged.</exception>
    /// <exception cref="VmException">Code <c>MachineInvalid</c>: the layers do not go together.</exception>
    public static async Task<MachineImages> ResolveAsync(VmServices services, VmOptions options, VmVerb verb, CancellationToken cancellationToken)
    {
        var found = await BaseAsync(services, options.Image, cancellationToken).ConfigureAwait(false);
        var images = found with { Layers = [.. found.Layers, .. options.Layers.Select(services.Layers.Resolve)] };
        if (images.Fault() is { } fault)
        {
            throw NewMachine.Fault(verb, fault);
        }

        return images;
    }

    /// <summary>An image; or a root that was imported, over the host's own image, which brings kernel and daemon.</summary>
    private static async Task<MachineImages> BaseAsync(VmServices services, string? name, CancellationToken cancellationToken)
    {
        try
        {
            return new MachineImages(await services.Images.ResolveAsync(name, cancellationToken).ConfigureAwait(false), []);
        }
        catch (ImageException e) when (e.Code == SandboxErrorCode.ImageMissing && name is not null && services.Layers.TryResolve(name) is { Manifest.Kind: LayerKind.Root } root)
        {
            return new MachineImages(await services.Images.ResolveAsync(null, cancellationToken).ConfigureAwait(false), [root]);
        }
    }

    private string? Fault()
    {
        if (Layers.Count > Contracts.LayerLine.MaxCount)
        {
            return $"it may have {Contracts.LayerLine.MaxCount} layers, not {Layers.Count}";
        }

        if (Layers.GroupBy(static layer => layer.Id).FirstOrDefault(static same => same.Count() > 1) is { } twice)
        {
            return $"the layer {twice.First().Manifest.Name} is named twice";
        }

        return Layers.Skip(1).FirstOrDefault(static layer => layer.Manifest.Kind == LayerKind.Root) is { } root
            ? $"the layer {root.Manifest.Name} is a whole root, which lies below all other layers: there may be one, and it comes first"
            : null;
    }
}
