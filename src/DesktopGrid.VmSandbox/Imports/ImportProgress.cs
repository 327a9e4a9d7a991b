namespace DesktopGrid.VmSandbox.Imports;

/// <summary>How far an import is.</summary>
/// <param name="Step">What it does.</param>
/// <param name="Bytes">How much of it is done, in bytes of what is read.</param>
/// <param name="TotalBytes">Of how much.</param>
public readonly record struct ImportProgress(ImportStep Step, long Bytes, long TotalBytes);

/// <summary>What an import does.</summary>
public enum ImportStep
{
    /// <summary>Reads the source, judges it and writes the layer's disk.</summary>
    Read = 0,
    /// <summary>Has a disk of another format written in the store's own.</summary>
    Convert = 1,
    /// <summary>Reads the layer's disk once more, for its hash.</summary>
    Verify = 2,
}
