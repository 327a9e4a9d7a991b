namespace DesktopGrid.VmSandbox.Boinc.SharedMemory;

/// <summary>The eight channels between client and application, in the order in which they lie in memory (struct SHARED_MEM in BOINC's lib/app_ipc.h).</summary>
internal enum ClientChannel
{
    /// <summary>Client to application: suspend, resume, quit, abort, reread_app_info, network_available.</summary>
    ProcessControlRequest = 0,
    /// <summary>Application to client: unused.</summary>
    ProcessControlReply = 1,
    /// <summary>Client to application: unused today.</summary>
    GraphicsRequest = 2,
    /// <summary>Application to client: where the task's page is.</summary>
    GraphicsReply = 3,
    /// <summary>Client to application, each second: it lives, and whether the network may be used.</summary>
    Heartbeat = 4,
    /// <summary>Application to client: CPU time, fraction done.</summary>
    AppStatus = 5,
    /// <summary>Application to client: there is a trickle or a file to upload.</summary>
    TrickleUp = 6,
    /// <summary>Client to application: there is a trickle, or word of an upload.</summary>
    TrickleDown = 7,
}
