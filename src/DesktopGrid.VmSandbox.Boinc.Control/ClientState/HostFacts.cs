namespace DesktopGrid.VmSandbox.Boinc.Control.ClientState;

/// <summary>What the client says of the computer.</summary>
/// <param name="OsName">The operating system's name, for instance "Linux Debian".</param>
/// <param name="Flops">What its benchmark found, floating-point operations a second and processor.</param>
/// <param name="Platform">The platform that the client asks work for.</param>
internal sealed record HostFacts(string OsName, double Flops, string Platform)
{
    /// <summary>The client's own figure where it has measured nothing.</summary>
    public const double DefaultFlops = 1e9;

    /// <summary>Whether the client runs Linux programs.</summary>
    public bool IsLinux => OsName.StartsWith("Linux", StringComparison.OrdinalIgnoreCase) || Platform.Contains("linux", StringComparison.OrdinalIgnoreCase);
}
