using DesktopGrid.VmSandbox.Platform.Linux;

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
}
