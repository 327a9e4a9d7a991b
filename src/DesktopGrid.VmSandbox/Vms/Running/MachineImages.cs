using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Vms.Running;

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
