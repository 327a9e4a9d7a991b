namespace DesktopGrid.VmSandbox.Boinc.Control.ClientState;

/// <summary>How an application version uses a file.</summary>
/// <param name="FileName">Its name in the project's folder.</param>
/// <param name="OpenName">The name under which the application opens it; null where it is the same.</param>
/// <param name="IsMainProgram">Whether this is what the client starts.</param>
/// <param name="IsCopied">Whether the slot gets a copy and no link.</param>
/// <param name="IsOptional">Whether it may be missing.</param>
internal sealed record FileRef(string FileName, string? OpenName, bool IsMainProgram, bool IsCopied, bool IsOptional)
{
    /// <summary>The name in the slot.</summary>
    public string LogicalName => OpenName ?? FileName;
}
