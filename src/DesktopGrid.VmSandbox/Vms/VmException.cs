using DesktopGrid.VmSandbox.Primitives;

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

    /// <summary>QEMU's exit code, where it ended.</summary>
    public int? QemuExitCode { get; init; }

    /// <summary>The last lines that QEMU wrote to its standard error.</summary>
    public IReadOnlyList<string> QemuErrors { get; init; } = [];

    /// <summary>The last lines of the guest's console. Written by the guest: hostile text, made printable.</summary>
    public IReadOnlyList<string> ConsoleLines { get; init; } = [];

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
