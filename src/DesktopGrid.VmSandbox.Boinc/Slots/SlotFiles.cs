namespace DesktopGrid.VmSandbox.Boinc.Slots;

/// <summary>Every name in a slot that means something to the client or to us, after BOINC's lib/common_defs.h and lib/app_ipc.h.</summary>
internal static class SlotFiles
{
    /// <summary>What the client tells the application before it starts it.</summary>
    public const string InitData = "init_data.xml";
    /// <summary>The eight channels between client and application.</summary>
    public const string SharedMemory = "boinc_mmap_file";
    /// <summary>Held while an application runs in the slot.</summary>
    public const string Lock = "boinc_lockfile";
    /// <summary>Says that the task ended by itself, and how.</summary>
    public const string Finish = "boinc_finish_called";
    /// <summary>Says that the task shall be started again later.</summary>
    public const string TemporaryExit = "boinc_temporary_exit";
    /// <summary>The client's own.</summary>
    public const string TaskState = "boinc_task_state.xml";
    /// <summary>What the application says for people; its end goes to the project.</summary>
    public const string StandardError = "stderr.txt";
    /// <summary>A message to the project's scheduler, while it waits to be taken.</summary>
    public const string TrickleUp = "trickle_up.xml";
    /// <summary>Begins the name of a message from the project's scheduler.</summary>
    public const string TrickleDown = "trickle_down";
    /// <summary>Begins the name of a file that asks for an upload while the task runs.</summary>
    public const string UploadRequest = "boinc_ufr_";
    /// <summary>Begins the name of a file that tells what became of such an upload.</summary>
    public const string UploadStatus = "boinc_ufs_";

    /// <summary>Which machine runs this task, and what stood in the slot when it was made.</summary>
    public const string Record = "vmsandbox_task.json";
    /// <summary>How the sandbox is at the moment, for pages and people.</summary>
    public const string Status = "vmsandbox_status.json";
    /// <summary>The logical name of our own options.</summary>
    public const string Options = "vmsandbox.xml";
    /// <summary>Our folder in a project's directory.</summary>
    public const string ProjectFolder = "vmsandbox";
    /// <summary>What every name of ours begins with, sockets of a running machine among them.</summary>
    public const string OwnPrefix = "vmsandbox";
    /// <summary>The logical name of the stock wrapper's job description.</summary>
    public const string Job = "job.xml";

    /// <summary>Whether a name is the client's or ours, and so nothing of the application's.</summary>
    public static bool IsReserved(string name)
    {
        // A file system may not tell capital letters from small ones.
        var first = name.Split('/')[0].ToLowerInvariant();
        return Prefixes.Any(prefix => first.StartsWith(prefix, StringComparison.Ordinal));
    }

    private static readonly string[] Prefixes = [InitData, SharedMemory, Lock, Finish, TemporaryExit, TaskState, StandardError, TrickleUp, TrickleDown, UploadRequest, UploadStatus, OwnPrefix];
}
