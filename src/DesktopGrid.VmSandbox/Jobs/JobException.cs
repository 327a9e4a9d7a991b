using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>
/// A job failed. <see cref="SandboxException.Fate"/> says whether its program never started, may have run, or ended;
/// <see cref="SandboxException.Step"/> names the phase.
/// </summary>
public sealed class JobException : SandboxException
{
    internal JobException(SandboxErrorCode code, string message, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }

    /// <summary>QEMU's exit code, where it ended by itself.</summary>
    public int? QemuExitCode { get; init; }

    /// <summary>The last lines that QEMU wrote to its standard error.</summary>
    public IReadOnlyList<string> QemuErrors { get; init; } = [];

    /// <summary>The last lines of the guest's console. Written by the guest: hostile text, made printable.</summary>
    public IReadOnlyList<string> ConsoleLines { get; init; } = [];

    internal static JobException Invalid(string message, SandboxErrorCode code = SandboxErrorCode.JobInvalid, Exception? cause = null) =>
        new(code, message, cause) { Step = "job.check", Fate = TaskFate.NeverStarted };

    /// <summary>What failed below, with what the job knows besides.</summary>
    internal static JobException From(SandboxException cause, JobPhase phase, TaskFate fate, VmId? machine, MachineEnd? end)
    {
        var started = cause as VmException;
        var message = end is null ? cause.Message : $"The machine ended in the middle of the job. {end.Why}";
        return new JobException(end is null ? cause.Code : SandboxErrorCode.MachineEnded, message, cause)
        {
            Step = cause.Step ?? $"job.{phase.ToString().ToLowerInvariant()}",
            Machine = machine?.ToString(),
            Fate = fate,
            IsTransient = cause.IsTransient || end is not null,
            QemuExitCode = end?.QemuExitCode ?? started?.QemuExitCode ?? (cause as Qemu.QemuException)?.ExitCode,
            QemuErrors = end?.QemuErrors ?? started?.QemuErrors ?? (cause as Qemu.QemuException)?.Errors ?? [],
            ConsoleLines = end?.ConsoleLines ?? started?.ConsoleLines ?? [],
        };
    }
}
