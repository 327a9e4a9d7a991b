namespace DesktopGrid.VmSandbox.Boinc.Tasks;

/// <summary>What a client says to a task that it runs.</summary>
public enum ClientWord
{
    /// <summary>Stop computing, and stay in memory. With a limit of CPU use it comes every few seconds.</summary>
    Suspend = 0,
    /// <summary>Go on.</summary>
    Resume = 1,
    /// <summary>End within 60 seconds, and keep the work.</summary>
    Quit = 2,
    /// <summary>End, and keep nothing.</summary>
    Abort = 3,
    /// <summary><c>init_data.xml</c> was written anew.</summary>
    RereadInitData = 4,
    /// <summary>The network, which was asked for, may be used.</summary>
    NetworkAvailable = 5,
    /// <summary>There is a message of the project's in the slot.</summary>
    TrickleDown = 6,
    /// <summary>There is word of an upload in the slot.</summary>
    UploadStatus = 7,
    /// <summary>The client is gone: as <see cref="Quit"/>, with nobody to hear more.</summary>
    ClientLost = 8,
}
