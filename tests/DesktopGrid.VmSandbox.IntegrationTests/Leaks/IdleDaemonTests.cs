using System.Globalization;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Leaks;

/// <summary>What a guest costs whose daemon has nothing to do: each time that one of its threads wakes is dear where a processor is emulated.</summary>
[CancelAfter(120_000)]
public sealed class IdleDaemonTests : GuestFixture
{
    private const int Seconds = 5;

    // Its own clocks tick once a second, one for each port and one for its server. Ten in all; a port that was polled with pauses woke twenty times more.
    private const int MostWakesPerSecond = 18;

    [Test]
    public async Task It_wakes_for_its_own_clocks_only(CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync(
            $$"""
            count() { n=0; for each in $(cat /proc/1/task/*/status | grep ^voluntary | cut -f2); do n=$((n + each)); done; echo $n; }
            before=$(count); sleep {{Seconds}}; echo $(($(count) - before))
            """,
            cancellationToken);

        int.Parse(end.Output, CultureInfo.InvariantCulture).Should().BeInRange(1, Seconds * MostWakesPerSecond);
    }
}
