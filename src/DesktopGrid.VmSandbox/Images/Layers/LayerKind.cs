namespace DesktopGrid.VmSandbox.Images.Layers;

/// <summary>What tasks see of a layer.</summary>
public enum LayerKind
{
    /// <summary>Its files are laid over the root file system below it: packages that the base image lacks.</summary>
    Addition = 0,
    /// <summary>It is a complete root file system of its own, in which tasks run instead of the base image's.</summary>
    Root = 1,
}
