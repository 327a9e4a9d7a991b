using DesktopGrid.VmSandbox.Platform.Linux;
using DesktopGrid.VmSandbox.Platform.Processes;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Platform.Linux;

/// <summary>For how long it is remembered which tools work.</summary>
[Platform("Linux")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
[CancelAfter(60_000)]
public sealed class LinuxConfinementMemoryTests
{
    [Test]
    public async Task The_tools_are_tried_once_and_anew_when_that_is_forgotten(CancellationToken cancellationToken)
    {
        using var confinement = new LinuxConfinement(TimeProvider.System);
        var first = await confinement.ToolsAsync(cancellationToken);
        (await confinement.ToolsAsync(cancellationToken)).Should().BeSameAs(first);

        await confinement.ForgetAsync(cancellationToken);

        (await confinement.ToolsAsync(cancellationToken)).Should().BeEquivalentTo(first).And.NotBeSameAs(first);
    }

    [Test]
    public async Task A_tool_that_was_only_too_slow_is_tried_again(CancellationToken cancellationToken)
    {
        // Every bound has passed as soon as it is set.
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromHours(1) };
        using var confinement = new LinuxConfinement(time);
        var hurried = await confinement.ToolsAsync(cancellationToken);
        hurried.SetSession.Should().BeNull();
        hurried.Faults["setsid"].Should().Match<TrialFault>(static fault => fault.TimedOut && fault.Reason.Contains("did not end within"));

        time.AutoAdvanceAmount = TimeSpan.Zero;

        (await confinement.ToolsAsync(cancellationToken)).SetSession.Should().NotBeNull();
    }
}
