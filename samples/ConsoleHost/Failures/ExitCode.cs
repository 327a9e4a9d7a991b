using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.ConsoleHost.Failures;

/// <summary>
/// What this program ends with. Up to 79 the numbers are those of BSD's sysexits(3), and the guest's program was never started; from 80 on
/// it may have run, from 90 on it ended: a grid decides by that whether to give the work out again.
/// </summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Usage = 64;
    public const int Refused = 65;
    public const int NotFound = 66;
    public const int Unavailable = 69;
    public const int Internal = 70;
    public const int OperatingSystem = 71;
    public const int CannotWrite = 73;
    public const int TryAgain = 75;
    public const int Failed = 76;
    public const int MayHaveRun = 80;
    public const int LimitExceeded = 81;
    public const int FailedAfterEnd = 90;
    public const int Cancelled = 130;

    public const string Help = """
        Exit codes:
          run, sb start --follow and sb follow end with the program's own exit code, or 128 and the signal that ended it;
          the other commands with 0. Failures of ours:
          64  the command line or the job has a fault      71  the operating system refused
          65  refused: not in this state, not this path     73  the store or a file cannot be written
          66  no such machine, file or input                75  held by another process; try again
          69  this computer lacks something; see doctor     76  the machine or its guest failed
          70  a fault of vmsandbox itself                  130  cancelled (Ctrl-C)
          Up to 79, but 70, the program was never started. 80: it may have run, then the machine failed. 81: it passed a limit
          and was ended. 90: it ended, but an output could not be had. With --json a failure is an object "error" that
          no program's exit code can be taken for.
        """;

    public static int Of(Exception exception) => exception switch
    {
        OperationCanceledException => Cancelled,
        JobException { PassedLimit.Kind: not JobLimit.OutputFiles } => LimitExceeded,
        SandboxException { Fate: TaskFate.Ended } or OutputLostException { Fate: TaskFate.Ended } => FailedAfterEnd,
        SandboxException { Fate: TaskFate.MayHaveRun } or OutputLostException => MayHaveRun,
        SandboxException sandbox => Of(sandbox.Code),
        UsageException or ArgumentException => Usage,
        FileNotFoundException or DirectoryNotFoundException => NotFound,
        IOException or UnauthorizedAccessException => CannotWrite,
        _ => Internal,
    };

    private static int Of(SandboxErrorCode code) => code switch
    {
        SandboxErrorCode.JobInvalid or SandboxErrorCode.MachineInvalid => Usage,
        SandboxErrorCode.MachineState or SandboxErrorCode.CatalogConflict or SandboxErrorCode.ImageMalformed or SandboxErrorCode.ImageRefused
            or SandboxErrorCode.ImageUnsuitable or SandboxErrorCode.ImageInUse
            or SandboxErrorCode.GuestPathRefused or SandboxErrorCode.GuestTaskState or SandboxErrorCode.GuestDiskFull
            or SandboxErrorCode.GuestStartRefused or SandboxErrorCode.GuestTooLarge or SandboxErrorCode.GuestRefused or SandboxErrorCode.GuestLayerUnusable
            or SandboxErrorCode.CheckpointUnusable or SandboxErrorCode.CheckpointRefused or SandboxErrorCode.ImportInvalid
            or SandboxErrorCode.BoincFileMalformed or SandboxErrorCode.BoincUnsupported or SandboxErrorCode.BoincSignatureWrong => Refused,
        SandboxErrorCode.MachineUnknown or SandboxErrorCode.CheckpointUnknown or SandboxErrorCode.GuestNotFound or SandboxErrorCode.JobInputUnreadable or SandboxErrorCode.BoincFileMissing => NotFound,
        SandboxErrorCode.QemuNotFound or SandboxErrorCode.QemuUnsuitable or SandboxErrorCode.AcceleratorUnavailable
            or SandboxErrorCode.ConfinementUnavailable or SandboxErrorCode.ImageMissing or SandboxErrorCode.PlatformUnsupported or SandboxErrorCode.BoincClientUnreachable => Unavailable,
        SandboxErrorCode.PlatformFailure => OperatingSystem,
        SandboxErrorCode.StoreNotWritable or SandboxErrorCode.DiskFull or SandboxErrorCode.CatalogUnusable or SandboxErrorCode.JobOutputUnwritable or SandboxErrorCode.BoincFileUnwritable => CannotWrite,
        SandboxErrorCode.BudgetExceeded => Unavailable,
        SandboxErrorCode.MachineBusy or SandboxErrorCode.CatalogBusy => TryAgain,
        _ => Failed,
    };
}
