namespace DesktopGrid.VmSandbox.Boinc.Platform;

/// <summary>Memory that another process sees as well.</summary>
internal interface ISharedBytes : IDisposable
{
    /// <summary>Its bytes, until it is disposed.</summary>
    Span<byte> Bytes { get; }
}
