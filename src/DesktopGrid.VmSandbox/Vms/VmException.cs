using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Vms;

/// <summary>A machine verb failed.</summary>
public sealed class VmException : SandboxException
{
    internal VmException(SandboxErrorCode code, string message, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }

    /// <summary>The verb that was asked for.</summary>
    public VmVerb? Verb { get; init; }

    /// <summary>The state in which the machine was.</summary>
    public VmState? State { get; init; }

    /// <summary>What the machine's QEMU has left, where it ended or did not come up.</summary>
    public QemuEvidence Evidence { get; init; } = QemuEvidence.None;

    /// <summary>There is none, or no more.</summary>
    internal static VmException Unknown(VmId id, Exception? cause = null) => new(SandboxErrorCode.MachineUnknown, $"There is no machine {id} in this store.", cause) { Machine = id.ToString() };

    /// <summary>Another process runs the machine.</summary>
    internal static VmException Busy(VmId id, VmVerb verb) => new(SandboxErrorCode.MachineBusy, $"Machine {id} is held by another process; {verb} is for that one to do.")
    {
        Machine = id.ToString(),
        Verb = verb,
        IsTransient = true,
    };

    /// <summary>The machine ended by itself under a verb; the sentence says what it did not live to see.</summary>
    internal static VmException Ended(VmId id, VmVerb verb, string step, string sentence, MachineEnd end, Exception? cause = null) => new(end.Code, $"{sentence} {end.Why}", cause)
    {
        Advice = end.Advice,
        // A guest that ends by itself will do so again; a QEMU that was killed, or had no disk, need not.
        IsTransient = end.Evidence.ExitCode is null,
        Machine = id.ToString(),
        Verb = verb,
        Step = step,
        Evidence = end.Evidence,
    };

    /// <summary>A guest did not answer in time.</summary>
    internal static VmException BootTimeout(VmId id, VmVerb verb, string step, TimeSpan limit, QemuEvidence evidence, Exception? cause = null) =>
        new(SandboxErrorCode.MachineBootTimeout, $"The guest of machine {id} did not become ready within {limit.TotalSeconds:0} s.", cause)
        {
            Machine = id.ToString(),
            Verb = verb,
            Step = step,
            Evidence = evidence,
            Advice = "See the console lines in its log; a busy host may need a longer BootTimeout, a larger guest more memory.",
            IsTransient = true,
        };

    /// <summary>A process that the kernel holds.</summary>
    internal static VmException Unkillable(int processId) =>
        new(SandboxErrorCode.QemuUnkillable, $"QEMU's process {processId} does not end, even when killed.") { Verb = VmVerb.Stop, Step = "stop.kill" };

    internal static VmException Refused(VmId id, VmVerb verb, VmState state)
    {
        var allowed = string.Join(", ", VmTransitions.AllowedIn(verb));
        return new VmException(SandboxErrorCode.MachineState, $"Machine {id} is {state}; {verb} is allowed when it is {allowed}.")
        {
            Machine = id.ToString(),
            Verb = verb,
            State = state,
        };
    }
}
