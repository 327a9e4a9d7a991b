namespace DesktopGrid.VmSandbox.Platform.Windows.Tokens;

/// <summary>How far a process's token is weakened, weakest barrier first.</summary>
internal enum TokenStrength
{
    /// <summary>The user's own token.</summary>
    Unchanged = 0,
    /// <summary>No privileges and low integrity: nothing of the user's can be written, most can be read.</summary>
    LowIntegrity = 1,
    /// <summary>Beside that, passes only where Everyone, Users or the machine itself are named: the user's profile cannot be read.</summary>
    Restricted = 2,
}

/// <summary>The strongest token under which a program was seen to run.</summary>
/// <param name="Strength">Which.</param>
/// <param name="Fault">Why none stronger; null for the strongest.</param>
internal sealed record TokenChoice(TokenStrength Strength, string? Fault);
