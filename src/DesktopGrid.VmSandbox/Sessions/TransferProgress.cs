namespace DesktopGrid.VmSandbox.Sessions;

/// <summary>How far a put or get has come.</summary>
/// <param name="Path">The path in the work directory.</param>
/// <param name="Bytes">Bytes done.</param>
/// <param name="Total">Bytes in all; null where nobody knows.</param>
public readonly record struct TransferProgress(string Path, long Bytes, long? Total);
