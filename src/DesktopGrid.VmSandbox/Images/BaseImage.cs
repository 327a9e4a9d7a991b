namespace DesktopGrid.VmSandbox.Images;

/// <summary>A guest image in the store: verified, unpacked, read-only.</summary>
/// <param name="Id">The hash of its manifest.</param>
/// <param name="Manifest">What it says of itself.</param>
/// <param name="KernelPath">The uncompressed kernel.</param>
/// <param name="InitrdPath">The initial RAM disk.</param>
/// <param name="BasePath">The root disk.</param>
internal sealed record BaseImage(string Id, ImageManifest Manifest, string KernelPath, string InitrdPath, string BasePath);
