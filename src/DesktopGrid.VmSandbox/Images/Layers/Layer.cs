namespace DesktopGrid.VmSandbox.Images.Layers;

/// <summary>A layer in the store: verified, read-only.</summary>
/// <param name="Id">The hash of its manifest.</param>
/// <param name="Manifest">What it says of itself.</param>
/// <param name="DiskPath">Its disk.</param>
internal sealed record Layer(string Id, LayerManifest Manifest, string DiskPath);
