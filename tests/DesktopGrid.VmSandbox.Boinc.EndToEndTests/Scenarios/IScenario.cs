using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;

/// <summary>What happens to a task: a row of the matrix.</summary>
internal interface IScenario
{
    /// <summary>In few words, for the test's name.</summary>
    string Name { get; }

    /// <summary>What the program is told to do.</summary>
    TaskShape Shape { get; }

    /// <summary>What the volunteer has set.</summary>
    ClientOptions Client => new();

    /// <summary>Lets it happen, and judges.</summary>
    Task PlayAsync(TaskRun run, CancellationToken cancellationToken);
}
