namespace DesktopGrid.VmSandbox.Boinc.Slots;

/// <summary>Exit codes that mean something to the client and on a project's web pages (lib/error_numbers.h). All fit into the 8 bits of Unix.</summary>
public enum BoincExitCode
{
    /// <summary>It went well; counts only with the finish file beside it.</summary>
    Success = 0,
    /// <summary>EXIT_SIGNAL: the program was ended by a signal.</summary>
    Signal = 193,
    /// <summary>EXIT_ABORTED_BY_CLIENT: what an application exits with that was told to abort.</summary>
    AbortedByClient = 194,
    /// <summary>EXIT_CHILD_FAILED: a program of the job ended with an exit code that is not 0.</summary>
    ChildFailed = 195,
    /// <summary>EXIT_DISK_LIMIT_EXCEEDED.</summary>
    DiskLimitExceeded = 196,
    /// <summary>EXIT_TIME_LIMIT_EXCEEDED.</summary>
    TimeLimitExceeded = 197,
    /// <summary>EXIT_MEM_LIMIT_EXCEEDED: the program wanted more memory than there is for it.</summary>
    MemoryLimitExceeded = 198,
    /// <summary>EXIT_OUT_OF_MEMORY: the host has too little memory.</summary>
    OutOfMemory = 205,
    /// <summary>EXIT_INIT_FAILURE: a file or an option of the application is wrong, and will be so the next time.</summary>
    InitFailure = 206,
    /// <summary>EXIT_NO_SUB_TASKS: the job names no program.</summary>
    NoSubTasks = 207,
    /// <summary>EXIT_SUB_TASK_FAILURE: a program of the job could not be run.</summary>
    SubTaskFailure = 208,
}
