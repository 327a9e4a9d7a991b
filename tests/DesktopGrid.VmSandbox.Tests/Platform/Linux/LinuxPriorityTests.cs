using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Linux;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform.Linux;

/// <summary>The programs here print their own priority and do nothing before: what they say was in force at their first instruction.</summary>
[Platform("Linux")]
[Category("AlsoAsRoot")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
[CancelAfter(60_000)]
public sealed class LinuxPriorityTests
{
    private const string Autogroup = "/proc/self/autogroup";

    [TestCase(ProcessPriority.Idle, "SCHED_IDLE")]
    [TestCase(ProcessPriority.BelowNormal, "SCHED_OTHER")]
    [TestCase(ProcessPriority.Normal, "SCHED_OTHER")]
    public async Task The_scheduling_class_is_the_wanted_one(ProcessPriority priority, string policy, CancellationToken cancellationToken) =>
        (await SayAsync("/usr/bin/chrt", ["-p", "0"], priority, null, cancellationToken)).Should().Contain($"scheduling policy: {policy}");

    [Test]
    public async Task It_is_so_behind_all_of_the_confinement(CancellationToken cancellationToken) =>
        (await SayAsync("/usr/bin/chrt", ["-p", "0"], ProcessPriority.Idle, new ConfinementPlan { Identity = "priority" }, cancellationToken)).Should().Contain("scheduling policy: SCHED_IDLE");

    [TestCase(ProcessPriority.BelowNormal, 10)]
    [TestCase(ProcessPriority.Normal, 0)]
    public async Task The_nice_value_is_the_wanted_one(ProcessPriority priority, int above, CancellationToken cancellationToken)
    {
        var own = int.Parse(await SayAsync("/usr/bin/nice", [], ProcessPriority.Normal, null, cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
        (await SayAsync("/usr/bin/nice", [], priority, null, cancellationToken)).Trim().Should().Be($"{Math.Min(own + above, 19)}");
    }

    [TestCase(ProcessPriority.Idle, "nice 19")]
    [TestCase(ProcessPriority.BelowNormal, "nice 10")]
    [TestCase(ProcessPriority.Normal, "nice 0")]
    public async Task Its_session_stands_back_from_the_first_instruction_on(ProcessPriority priority, string nice, CancellationToken cancellationToken)
    {
        Assume.That(File.Exists(Autogroup), "This kernel has no priorities of sessions (CONFIG_SCHED_AUTOGROUP).");
        var own = await File.ReadAllTextAsync(Autogroup, cancellationToken);
        (await SayAsync("/bin/cat", [Autogroup], priority, null, cancellationToken)).Trim().Should().EndWith(nice);
        (await File.ReadAllTextAsync(Autogroup, cancellationToken)).Should().Be(own, "the host's own session is none of its affair");
    }

    [Test]
    public async Task One_that_is_waited_for_comes_forward_and_stands_back_again(CancellationToken cancellationToken)
    {
        Assume.That(File.Exists(Autogroup), "This kernel has no priorities of sessions (CONFIG_SCHED_AUTOGROUP).");
        using var platform = new LinuxPlatform(TimeProvider.System);
        await using var process = await platform.Launcher.StartAsync(new LaunchRequest { FileName = "/bin/sleep", Arguments = ["600"], StandsBackLater = true, Confinement = new ConfinementPlan { Identity = "forward" } }, cancellationToken);
        Nice().Should().Be("0");
        foreach (var (priority, nice) in ((ProcessPriority, string)[])[(ProcessPriority.Idle, "19"), (ProcessPriority.Normal, "0"), (ProcessPriority.BelowNormal, "10")])
        {
            while (!platform.Finder.StandBack(process.Identity, priority))
            {
                await Task.Delay(20, cancellationToken);
            }

            Nice().Should().Be(nice);
        }

        process.Kill();
        await process.Exited;
        platform.Finder.StandBack(process.Identity, ProcessPriority.Idle).Should().BeTrue("there is nothing to do");

        string Nice() => File.ReadAllText($"/proc/{process.Identity.Id}/autogroup").Trim().Split(' ')[^1];
    }

    [Test]
    public async Task Several_at_once_all_stand_back(CancellationToken cancellationToken) =>
        // The kernel lets an ordinary user set it ten times a second.
        (await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SayAsync("/bin/cat", [Autogroup], ProcessPriority.Idle, null, cancellationToken)))).Should().OnlyContain(static said => said.TrimEnd().EndsWith("nice 19", StringComparison.Ordinal));

    [Test]
    public async Task The_disk_is_left_to_others_first(CancellationToken cancellationToken)
    {
        (await SayAsync("/usr/bin/ionice", [], ProcessPriority.Idle, null, cancellationToken)).Trim().Should().Be("idle");
        (await SayAsync("/usr/bin/ionice", [], ProcessPriority.Normal, null, cancellationToken)).Should().NotContain("idle");
    }

    private static async Task<string> SayAsync(string program, IReadOnlyList<string> arguments, ProcessPriority priority, ConfinementPlan? plan, CancellationToken cancellationToken)
    {
        using var platform = new LinuxPlatform(TimeProvider.System);
        await using var process = await platform.Launcher.StartAsync(new LaunchRequest { FileName = program, Arguments = arguments, Priority = priority, Confinement = plan }, cancellationToken);
        using var output = new StreamReader(process.StandardOutput);
        return await output.ReadToEndAsync(cancellationToken);
    }
}
