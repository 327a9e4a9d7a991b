namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>The body of every answer that is no success.</summary>
/// <param name="Code">What went wrong.</param>
/// <param name="Message">One sentence for people. Hostile text, as everything from the guest.</param>
public sealed record ErrorBody(GuestErrorCode Code, string Message);

/// <summary>Why the daemon refused. The HTTP status beside it is for tools that know only HTTP.</summary>
public enum GuestErrorCode
{
    /// <summary>The daemon failed itself (500).</summary>
    Internal = 0,
    /// <summary>The request cannot be understood (400).</summary>
    BadRequest = 1,
    /// <summary>The path does not exist (404).</summary>
    NotFound = 2,
    /// <summary>The path is absolute, leads outside, goes through a link, or names no regular file (403).</summary>
    PathRefused = 3,
    /// <summary>It exists already, or a directory is not empty (409).</summary>
    Conflict = 4,
    /// <summary>The task's state does not allow it (409).</summary>
    TaskState = 5,
    /// <summary>The guest's disk is full (507).</summary>
    DiskFull = 6,
    /// <summary>The program cannot be started: missing, not executable, wrong format (422).</summary>
    StartRefused = 7,
    /// <summary>Larger than the protocol's ceiling (413).</summary>
    TooLarge = 8,
    /// <summary>A layer of the machine cannot be mounted, or does not go with what lies below it (422).</summary>
    LayerUnusable = 9,
}
