using System.Diagnostics;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Linux;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform.Linux;

/// <summary>A real second host process is killed, and its payload must end with it, or go on where that was asked for.</summary>
[Platform("Linux")]
[Category("AlsoAsRoot")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
[CancelAfter(60_000)]
public sealed class LinuxParentDeathTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    private readonly LinuxProcessFinder _finder = new(TimeProvider.System);

    [TestCase("confined")]
    [TestCase("trusted")]
    [TestCase("macos", Description = "The guard of macOS, whose shell is the same here.")]
    public async Task A_payload_dies_with_its_host(string how, CancellationToken cancellationToken)
    {
        using var host = await SecondHost.StartAsync(how, diesWithParent: true, cancellationToken);
        var payload = ProcFile.Identify(host.Payload)!;
        _finder.IsAlive(payload).Should().BeTrue();

        await host.KillAsync(cancellationToken);
        using var bound = new CancellationTokenSource(Bound);
        await FluentActions.Awaiting(() => _finder.WaitForExitAsync(payload, bound.Token)).Should().NotThrowAsync();
    }

    [TestCase("confined")]
    [TestCase("trusted")]
    [TestCase("macos")]
    public async Task It_goes_on_where_it_may_outlive_its_host(string how, CancellationToken cancellationToken)
    {
        using var host = await SecondHost.StartAsync(how, diesWithParent: false, cancellationToken);
        var payload = ProcFile.Identify(host.Payload)!;
        await host.KillAsync(cancellationToken);

        // Longer than any payload took to die above.
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await FluentActions.Awaiting(() => _finder.WaitForExitAsync(payload, bound.Token)).Should().ThrowAsync<OperationCanceledException>();
        _finder.Kill(payload);
        await _finder.WaitForExitAsync(payload, cancellationToken);
    }

    /// <summary>bubblewrap is two processes, of which the inner waits for the outer: neither may stay alone, whenever the host dies.</summary>
    [Test]
    [CancelAfter(240_000)]
    public async Task A_host_that_dies_at_any_moment_of_a_launch_leaves_nothing_behind(CancellationToken cancellationToken)
    {
        const int Rounds = 400;
        using var confinement = new LinuxConfinement(TimeProvider.System);
        var tools = await confinement.ToolsAsync(cancellationToken);
        Assume.That(tools.Bubblewrap, Is.Not.Null, "This computer has no bubblewrap that works.");
        var mark = $"1000.{Random.Shared.Next(1_000_000_000)}";
        var request = new LaunchRequest { FileName = "/usr/bin/sleep", Arguments = [mark], Confinement = new ConfinementPlan { Identity = mark }, Priority = ProcessPriority.Normal };
        var chain = LaunchChain.Build(request, tools, filterPath: null, ramPath: null, user: null, LinuxNative.IsRoot);
        for (var round = 0; round < Rounds; round++)
        {
            // A host that holds the gate's pipe, as ours does, and is the chain's parent.
            using var host = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", "exec 3> >(exec \"$@\"); read -r x", "bash", .. chain]) { RedirectStandardInput = true })!;
            await Task.Delay(TimeSpan.FromMilliseconds(round % 20), cancellationToken);
            host.Kill();
            await host.WaitForExitAsync(cancellationToken);
        }

        // What the host's death finds before the gate goes on to it first.
        using var bound = new CancellationTokenSource(Bound * 4);
        List<int> left;
        while ((left = [.. LeftBehind(mark)]).Count > 0 && !bound.IsCancellationRequested)
        {
            await Task.Delay(20, cancellationToken);
        }

        foreach (var id in left)
        {
            LinuxNative.Kill(id);
        }

        left.Should().BeEmpty();
    }

    private static IEnumerable<int> LeftBehind(string mark) => Directory.EnumerateDirectories("/proc")
        .Select(static folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
        .Where(id => id > 0 && ProcFile.CommandLine(id)?.Contains(mark) == true);
}
