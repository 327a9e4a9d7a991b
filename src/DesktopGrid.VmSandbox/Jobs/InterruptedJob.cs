using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>
/// A job whose host process died before it could tell the end. One that is not among these had not started its program, or its caller was told.
/// </summary>
public sealed record InterruptedJob
{
    /// <summary>The job's own name, 32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The machine that ran it. It is gone; its log stays for as long as <see cref="VmOptions.KeepLog"/> asked.</summary>
    public required VmId Machine { get; init; }

    /// <summary>The program, as <see cref="SandboxJob.Program"/> named it.</summary>
    public required string Program { get; init; }

    /// <summary>The labels of <see cref="SandboxJob.Machine"/>, by which its owner knows it again.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary><see cref="TaskFate.MayHaveRun"/>, or <see cref="TaskFate.Ended"/> where only its outputs had still to be taken out.</summary>
    public required TaskFate Fate { get; init; }

    /// <summary>Just before the program was started, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When its end was seen, UTC; null where it was not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Its exit code, where its end was seen and no signal ended it.</summary>
    public int? ExitCode { get; init; }
}
