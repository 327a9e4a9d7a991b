using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests;

/// <summary>The same scenarios without a sandbox: that the real client and the stub project do what these tests think they do.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
public sealed class NativeTests
{
    private static IEnumerable<TestCaseData> Cells() => Matrix.Cells(NativeKind.All, static (row, column) => row == column);

    [TestCaseSource(nameof(Cells))]
    [CancelAfter(300_000)]
    public async Task A_task_without_a_sandbox(string kind, string scenario, CancellationToken cancellationToken) =>
        await Matrix.PlayAsync(NativeKind.All.Single(each => each.Name == kind), scenario, cancellationToken);
}
