using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>What the verbs tell to the logger. Why a machine ended is partly its guest's word, which goes into the machine's own log alone.</summary>
internal static partial class VmLog
{
    [LoggerMessage(SandboxEventId.MachineCreated, LogLevel.Debug, "Machine {Machine} was created from image {Image}")]
    public static partial void Created(ILogger logger, VmId machine, string image);

    [LoggerMessage(SandboxEventId.MachineStarted, LogLevel.Information, "Machine {Machine} runs with {Accelerator} in process {ProcessId}")]
    public static partial void Started(ILogger logger, VmId machine, string accelerator, int processId);

    [LoggerMessage(SandboxEventId.MachineRunState, LogLevel.Debug, "Machine {Machine} is {State} now")]
    public static partial void RunState(ILogger logger, VmId machine, VmState state);

    [LoggerMessage(SandboxEventId.MachineNotHeld, LogLevel.Warning, "Machine {Machine} could not be held, or let go on, for the owner of the computer or for its share of the CPUs")]
    public static partial void NotHeld(ILogger logger, VmId machine, Exception exception);

    [LoggerMessage(SandboxEventId.MachineStopped, LogLevel.Information, "Machine {Machine} was stopped")]
    public static partial void Stopped(ILogger logger, VmId machine);

    [LoggerMessage(SandboxEventId.MachineDestroyed, LogLevel.Debug, "Machine {Machine} was destroyed")]
    public static partial void Destroyed(ILogger logger, VmId machine);

    [LoggerMessage(SandboxEventId.MachineTakenUp, LogLevel.Information, "Machine {Machine}, which outlived its host process, was taken up again in process {ProcessId}")]
    public static partial void TakenUp(ILogger logger, VmId machine, int processId);

    [LoggerMessage(SandboxEventId.MachineEnded, LogLevel.Warning, "Machine {Machine} ended by itself ({Code})")]
    public static partial void Ended(ILogger logger, VmId machine, SandboxErrorCode code);

    [LoggerMessage(SandboxEventId.MachineEndNotNoted, LogLevel.Error, "The end of machine {Machine} could not be written down")]
    public static partial void EndNotNoted(ILogger logger, VmId machine, Exception exception);

    [LoggerMessage(SandboxEventId.MachineStartFailed, LogLevel.Information, "Machine {Machine} could not be started ({Code})")]
    public static partial void StartFailed(ILogger logger, VmId machine, SandboxErrorCode code);

    [LoggerMessage(SandboxEventId.CheckpointTaken, LogLevel.Information, "Checkpoint {Name} of machine {Machine} was taken: {Bytes} bytes")]
    public static partial void CheckpointTaken(ILogger logger, VmId machine, string name, long bytes);

    [LoggerMessage(SandboxEventId.MachineResumed, LogLevel.Information, "Machine {Machine} goes on from its checkpoint {Name} with {Accelerator} in process {ProcessId}")]
    public static partial void Resumed(ILogger logger, VmId machine, string name, string accelerator, int processId);

    [LoggerMessage(SandboxEventId.CheckpointPassedOver, LogLevel.Warning, "Checkpoint {Name} of machine {Machine} cannot be used, the one before it is tried")]
    public static partial void PassedOver(ILogger logger, VmId machine, string name, Exception exception);

    [LoggerMessage(SandboxEventId.CheckpointRemoved, LogLevel.Debug, "Checkpoint {Name} of machine {Machine} was removed")]
    public static partial void CheckpointRemoved(ILogger logger, VmId machine, string name);

    [LoggerMessage(SandboxEventId.InstantNotForgotten, LogLevel.Debug, "The disk of machine {Machine} keeps what it had for its checkpoint {Name}")]
    public static partial void InstantNotForgotten(ILogger logger, VmId machine, string name, Exception exception);

    [LoggerMessage(SandboxEventId.CheckpointExported, LogLevel.Information, "Checkpoint {Name} of machine {Machine} was exported: {Bytes} bytes")]
    public static partial void Exported(ILogger logger, VmId machine, string name, long bytes);

    [LoggerMessage(SandboxEventId.CheckpointImported, LogLevel.Information, "Machine {Machine} was made of an imported checkpoint {Name}")]
    public static partial void Imported(ILogger logger, VmId machine, string name);

    [LoggerMessage(SandboxEventId.WorkNotKept, LogLevel.Warning, "Machine {Machine} is stopped without a new checkpoint: {Why}")]
    public static partial void NotKept(ILogger logger, VmId machine, string why);

    [LoggerMessage(SandboxEventId.MachineQueued, LogLevel.Information, "Machine {Machine} waits until there is room for it in the host's budget, behind {Before} others")]
    public static partial void Queued(ILogger logger, VmId machine, int before);

    [LoggerMessage(SandboxEventId.StorePruned, LogLevel.Information, "Removed of the store, as nobody uses it: {Kind} {Id}, {Bytes} bytes")]
    public static partial void Pruned(ILogger logger, StoreItemKind kind, string id, long bytes);

    [LoggerMessage(SandboxEventId.StoreNotPruned, LogLevel.Warning, "{Kind} {Id} cannot be removed of the store")]
    public static partial void NotPruned(ILogger logger, StoreItemKind kind, string id, Exception exception);

    [LoggerMessage(SandboxEventId.TemplateMade, LogLevel.Information, "Template {Key} was made in {Seconds:0.0} s: a booted guest with {MemoryMiB} MiB")]
    public static partial void TemplateMade(ILogger logger, string key, int memoryMiB, double seconds);

    [LoggerMessage(SandboxEventId.TemplateNotMade, LogLevel.Warning, "Template {Key} could not be made; the machine is booted instead")]
    public static partial void TemplateNotMade(ILogger logger, string key, Exception exception);

    [LoggerMessage(SandboxEventId.TemplateUnusable, LogLevel.Warning, "Template {Key} cannot be used and is removed; the machine is booted instead")]
    public static partial void TemplateUnusable(ILogger logger, string key, Exception exception);

    [LoggerMessage(SandboxEventId.MemoryShared, LogLevel.Information, "The memory of template {Key} is ready to be shared, after {Seconds:0.0} s: {MemoryMiB} MiB")]
    public static partial void MemoryShared(ILogger logger, string key, int memoryMiB, double seconds);

    [LoggerMessage(SandboxEventId.MemoryNotShared, LogLevel.Information, "The memory of template {Key} cannot be shared; the machine has its own: {Why}")]
    public static partial void MemoryNotShared(ILogger logger, string key, string why, Exception? exception = null);

    [LoggerMessage(SandboxEventId.MachineStep, LogLevel.Debug, "Machine {Machine} is at {Step}")]
    public static partial void Step(ILogger logger, string machine, string step);

    [LoggerMessage(SandboxEventId.StoreSwept, LogLevel.Information, "Swept a {What}: {Machine}")]
    public static partial void Swept(ILogger logger, string what, string machine);

    [LoggerMessage(SandboxEventId.MachineLeft, LogLevel.Error, "Machine {Machine} is left as it is")]
    public static partial void Left(ILogger logger, string machine, Exception exception);
}
