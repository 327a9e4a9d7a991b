using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests;

/// <summary>Each kind of application in each scenario.</summary>
internal static class Matrix
{
    /// <summary>The rows.</summary>
    private static readonly IReadOnlyList<IScenario> Scenarios =
        [new Finish(), new SuspendAndResume(), new ClientRestart(), new ClientKilled(), new Abort(), new QuitInCheckpoint(), new Upload(), new Trickle()];

    /// <summary>All cells of some columns by their names; those are quick of which it is said.</summary>
    public static IEnumerable<TestCaseData> Cells(IReadOnlyList<ITaskKind> kinds, Func<int, int, bool> isQuick)
    {
        for (var column = 0; column < kinds.Count; column++)
        {
            for (var row = 0; row < Scenarios.Count; row++)
            {
                var cell = new TestCaseData(kinds[column].Name, Scenarios[row].Name);
                yield return isQuick(row, column) ? cell : cell.SetCategory("Long");
            }
        }
    }

    public static async Task PlayAsync(ITaskKind kind, string scenarioName, CancellationToken cancellationToken)
    {
        var scenario = Scenarios.Single(each => each.Name == scenarioName);
        await using var run = await TaskRun.StartIfPossibleAsync(kind, scenario.Shape, new TaskSetup { Client = scenario.Client }, cancellationToken);
        await scenario.PlayAsync(run, cancellationToken);
    }
}
