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
        const string File = "/proc/self/autogroup";
        Assume.That(System.IO.File.Exists(File), "This kernel has no priorities of sessions (CONFIG_SCHED_AUTOGROUP).");
        var own = await System.IO.File.ReadAllTextAsync(File, cancellationToken);
        (await SayAsync("/bin/cat", [File], priority, null, cancellationToken)).Trim().Should().EndWith(nice);
        (await System.IO.File.ReadAllTextAsync(File, cancellationToken)).Should().Be(own, "the host's own session is none of its affair");
    }

    [Test]
    public async Task Several_at_once_all_stand_back(CancellationToken cancellationToken) =>
        // The kernel lets an ordinary user set it ten times a second.
        (await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SayAsync("/bin/cat", ["/proc/self/autogroup"], ProcessPriority.Idle, null, cancellationToken)))).Should().OnlyContain(static said => said.TrimEnd().EndsWith("nice 19", StringComparison.Ordinal));

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
