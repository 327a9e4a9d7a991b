using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests;

/// <summary>Each kind of application in the sandbox, in each scenario, under the real client.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
public sealed class MatrixTests
{
    /// <summary>The column that each row has in the quick tier.</summary>
    private static readonly int[] Quick = [0, 1, 3, 2, 0, 2, 3, 1];

    private static IEnumerable<TestCaseData> Cells() => Matrix.Cells(SandboxKind.All, static (row, column) => Quick[row] == column);

    [TestCaseSource(nameof(Cells))]
    [CancelAfter(350_000)]
    public async Task A_task_in_a_sandbox(string kind, string scenario, CancellationToken cancellationToken) =>
        await Matrix.PlayAsync(SandboxKind.All.Single(each => each.Name == kind), scenario, cancellationToken);
}
