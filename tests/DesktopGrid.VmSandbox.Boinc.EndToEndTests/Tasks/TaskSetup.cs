using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

/// <summary>What a test sets before a task begins, beside its kind and shape.</summary>
internal sealed record TaskSetup
{
    public ClientOptions Client { get; init; } = new();

    /// <summary>Changes of the application's version.</summary>
    public Func<AppVersion, AppVersion> Version { get; init; } = static version => version;

    /// <summary>Changes of the work unit.</summary>
    public Func<WorkUnit, WorkUnit> Unit { get; init; } = static unit => unit;
}
