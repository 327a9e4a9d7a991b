using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Memory;

namespace DesktopGrid.VmSandbox.Platform.Processes;

/// <summary>What to start and how.</summary>
internal sealed record LaunchRequest
{
    /// <summary>The program's absolute path.</summary>
    public required string FileName { get; init; }
    /// <summary>Its arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
    /// <summary>The folder it starts in; null for the root folder.</summary>
    public string? WorkingDirectory { get; init; }
    /// <summary>Its whole environment; nothing is inherited, since the volunteer's variables are nobody's business.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    /// <summary>
    /// Told the process, on Linux before the payload's first instruction and elsewhere right after it, so that whoever finds it after a crash of
    /// this process knows whose it is. What it throws ends the launch. Null for nobody.
    /// </summary>
    public Action<ProcessIdentity>? Announce { get; init; }
    /// <summary>Its priority.</summary>
    public ProcessPriority Priority { get; init; } = ProcessPriority.Idle;
    /// <summary>
    /// Whether its session stands back only when its host says so (<see cref="IProcessFinder.StandBack"/>): a guest that boots behind an owner who uses
    /// all processors would not be ready within any bound.
    /// </summary>
    public bool StandsBackLater { get; init; }
    /// <summary>Whether it ends with this process, however this process ends.</summary>
    public bool DieWithParent { get; init; } = true;
    /// <summary>Its confinement; null for a trusted helper.</summary>
    public ConfinementPlan? Confinement { get; init; }
    /// <summary>Memory that it may map, where it says; null for none, as always where the platform has none.</summary>
    public IRamImage? Ram { get; init; }
}
