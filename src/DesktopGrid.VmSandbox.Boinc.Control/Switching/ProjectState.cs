namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>How a project stands with sandboxes.</summary>
internal enum ProjectState
{
    /// <summary>Its applications run as the project means it.</summary>
    Native,

    /// <summary>They run in sandboxes, or will from the client's next start on.</summary>
    Sandboxed,

    /// <summary>A switch was interrupted; the same command again ends it.</summary>
    Interrupted,

    /// <summary>A refresh is under way.</summary>
    Refreshing,

    /// <summary>There is an app_info.xml that somebody else wrote.</summary>
    Foreign,
}
