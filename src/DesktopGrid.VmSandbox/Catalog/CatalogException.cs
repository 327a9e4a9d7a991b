using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>The store's database cannot be used, or is busy.</summary>
public sealed class CatalogException : SandboxException
{
    internal CatalogException(SandboxErrorCode code, string message, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
