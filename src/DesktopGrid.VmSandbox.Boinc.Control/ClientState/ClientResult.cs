namespace DesktopGrid.VmSandbox.Boinc.Control.ClientState;

/// <summary>A task that the client has of a project and has not reported.</summary>
/// <param name="Name">The result's name.</param>
/// <param name="Tuple">What the client finds its application version by.</param>
internal sealed record ClientResult(string Name, VersionTuple Tuple);
