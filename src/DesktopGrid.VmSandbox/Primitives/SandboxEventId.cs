namespace DesktopGrid.VmSandbox.Primitives;

/// <summary>
/// The numbers of what the library tells to its logger, as <c>EventId</c>s: a hundred per layer, as with <see cref="SandboxErrorCode"/>, gaps
/// kept. No message holds anything that a guest said, or any content of a job.
/// </summary>
public static class SandboxEventId
{
    /// <summary>Debug: QEMU's monitor told an event.</summary>
    public const int MonitorEvent = 200;

    /// <summary>Debug: QEMU is started, with its whole command line.</summary>
    public const int QemuStarting = 300;

    /// <summary>Information: a base image was added to the store.</summary>
    public const int ImageAdded = 500;
    /// <summary>Information: a layer was imported into the store.</summary>
    public const int LayerImported = 501;
    /// <summary>Information: a layer could not be imported; its caller is told why.</summary>
    public const int LayerRefused = 502;
    /// <summary>Debug: a base image or a layer was removed of the store, because it was asked for.</summary>
    public const int ImageRemoved = 503;

    /// <summary>Debug: a machine was created.</summary>
    public const int MachineCreated = 600;
    /// <summary>Information: a machine's guest is ready.</summary>
    public const int MachineStarted = 601;
    /// <summary>Debug: a machine's virtual CPUs stand, or go again.</summary>
    public const int MachineRunState = 602;
    /// <summary>Information: a machine was stopped.</summary>
    public const int MachineStopped = 603;
    /// <summary>Debug: a machine was destroyed.</summary>
    public const int MachineDestroyed = 604;
    /// <summary>Information: a machine that outlived its host process was taken up again.</summary>
    public const int MachineTakenUp = 605;
    /// <summary>Warning: a machine ended that nobody had told to; the reason stands in its status and its own log.</summary>
    public const int MachineEnded = 606;
    /// <summary>Error: the end of a machine could not be written down.</summary>
    public const int MachineEndNotNoted = 607;
    /// <summary>Information: a machine could not be started; its caller is told why.</summary>
    public const int MachineStartFailed = 608;
    /// <summary>Information: an instant of a machine is kept.</summary>
    public const int CheckpointTaken = 609;
    /// <summary>Information: a machine goes on from a checkpoint.</summary>
    public const int MachineResumed = 610;
    /// <summary>Warning: a checkpoint cannot be used, and the one before it is tried.</summary>
    public const int CheckpointPassedOver = 611;
    /// <summary>Debug: a checkpoint is kept no longer.</summary>
    public const int CheckpointRemoved = 612;
    /// <summary>Debug: a checkpoint was removed, and its part of the machine's disk goes only with the machine.</summary>
    public const int InstantNotForgotten = 613;
    /// <summary>Information: a checkpoint was written to a file that can travel.</summary>
    public const int CheckpointExported = 614;
    /// <summary>Information: a machine was made of a checkpoint that has travelled.</summary>
    public const int CheckpointImported = 615;
    /// <summary>Warning: a machine whose work was to be kept is stopped without a new checkpoint; the last good one stands.</summary>
    public const int WorkNotKept = 616;
    /// <summary>Information: a machine is to run and there is no room for it in the host's budget; it waits in line.</summary>
    public const int MachineQueued = 617;
    /// <summary>Information: something that a process that died had left was removed.</summary>
    public const int StoreSwept = 620;
    /// <summary>Error: a machine's QEMU cannot be ended; its files are left to the next opening of the store.</summary>
    public const int MachineLeft = 621;
    /// <summary>Information: something that nobody uses was removed of the store, because it was asked for or the disk budget needed it.</summary>
    public const int StorePruned = 622;
    /// <summary>Warning: something that nobody uses could not be removed of the store.</summary>
    public const int StoreNotPruned = 623;
    /// <summary>Information: a guest was booted and kept, for machines to start from.</summary>
    public const int TemplateMade = 630;
    /// <summary>Warning: none could be made; the machine is booted instead.</summary>
    public const int TemplateNotMade = 631;
    /// <summary>Warning: a template cannot be used and is removed; the machine is booted instead.</summary>
    public const int TemplateUnusable = 632;
    /// <summary>Debug: a verb has come to a step, such as <c>checkpoint.named</c>: where a process that is killed leaves things differently than before.</summary>
    public const int MachineStep = 633;
    /// <summary>Information: a template's memory is ready for machines that share it.</summary>
    public const int MemoryShared = 634;
    /// <summary>Information: a machine that was to share memory has its own; the message says why.</summary>
    public const int MemoryNotShared = 635;
    /// <summary>Warning: a machine could not be held, or let go on, for the owner of the computer.</summary>
    public const int MachineNotHeld = 636;

    /// <summary>Information: the machines of a host stand for another reason than before, or for none any more.</summary>
    public const int PauseChanged = 700;
    /// <summary>Warning: what the owner does could not be looked at; the next look tries again.</summary>
    public const int PauseFailed = 701;

    /// <summary>Debug: a job began.</summary>
    public const int JobBegan = 800;
    /// <summary>Information: a job's program ended and its outputs are here.</summary>
    public const int JobEnded = 801;
    /// <summary>Information: a job failed; its caller is told why.</summary>
    public const int JobFailed = 802;
    /// <summary>Information: a job was cancelled by its caller.</summary>
    public const int JobCancelled = 803;
    /// <summary>Warning: what a job had on disk or in the catalog could not be removed; the next opening of the store sweeps it.</summary>
    public const int JobNotRemoved = 804;
    /// <summary>Warning: the end of a job's program could not be written down; its caller gets its result all the same.</summary>
    public const int JobEndNotNoted = 805;
}
