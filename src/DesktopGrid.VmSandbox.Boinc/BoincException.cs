using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc;

/// <summary>A failure of the talk with BOINC: its files, its client, its shared memory.</summary>
public sealed class BoincException : SandboxException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="code">The stable number of the failure, 900 to 999.</param>
    /// <param name="message">One clear sentence, for a project's administrator.</param>
    /// <param name="innerException">What was caught, if anything.</param>
    internal BoincException(SandboxErrorCode code, string message, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
