using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
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

    /// <summary>
    /// What came of the program, where it had ended before the failure: exit code, output, CPU time, and the outputs that had been taken out
    /// until then. Null where <see cref="SandboxException.Fate"/> is not <see cref="TaskFate.Ended"/>.
    /// </summary>
    public JobResult? Result { get; internal set; }

    /// <summary>The limit that was passed, where the code is <see cref="SandboxErrorCode.JobLimitExceeded"/>; null otherwise.</summary>
    public PassedLimit? PassedLimit { get; init; }

    /// <summary>What the machine's QEMU has left, where it ended or did not come up.</summary>
    public QemuEvidence Evidence { get; init; } = QemuEvidence.None;

    internal static JobException Invalid(string message, SandboxErrorCode code = SandboxErrorCode.JobInvalid, Exception? cause = null) =>
        new(code, message, cause) { Step = "job.check", Fate = TaskFate.NeverStarted };

    /// <summary>An input of the host that cannot be opened or read to its end.</summary>
    internal static JobException Unreadable(string path, Exception cause) =>
        Invalid($"The input {path} cannot be read: {cause.Message}", SandboxErrorCode.JobInputUnreadable, cause);

    /// <summary>A limit was passed: while the program ran, or with its outputs when it had ended.</summary>
    internal static JobException Passed(PassedLimit limit, TaskFate fate, string? more = null, Exception? cause = null) =>
        new(SandboxErrorCode.JobLimitExceeded, more is null ? limit.Sentence : $"{limit.Sentence} {more}", cause)
        {
            Step = limit.Kind == JobLimit.OutputFiles ? "job.get" : "job.run",
            Fate = fate,
            PassedLimit = limit,
        };

    /// <summary>What failed below, with what the job knows besides.</summary>
    internal static JobException From(SandboxException cause, JobPhase phase, TaskFate fate, MachineEnd? end)
    {
        var message = end is null ? cause.Sentence : $"The machine ended in the middle of the job. {end.Why}";
        return new JobException(end?.Code ?? cause.Code, message, cause)
        {
            Step = cause.Step ?? $"job.{phase.ToString().ToLowerInvariant()}",
            Fate = fate,
            Advice = end is null ? cause.Advice : end.Advice,
            IsTransient = cause.IsTransient || end is not null,
            Evidence = end?.Evidence ?? (cause as VmException)?.Evidence ?? (cause as QemuException)?.Evidence ?? QemuEvidence.None,
        };
    }
}
