using DesktopGrid.VmSandbox.Images.Layers;

namespace DesktopGrid.VmSandbox.Imports;

/// <summary>What an import has made of its source, beside the disk itself.</summary>
/// <param name="Kind">What tasks see of it.</param>
/// <param name="FileSystem">By the kernel's name.</param>
/// <param name="Partition">Which partition holds it; 0 for the whole disk.</param>
/// <param name="Program">What an OCI image says of how its programs are started.</param>
internal sealed record LayerContent(LayerKind Kind, string FileSystem, int Partition = 0, LayerProgram? Program = null);
