using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Qemu;

/// <summary>An update of QEMU: what was kept with one build goes on with another, both ways, and a template, which fits one build only, is made again.</summary>
[CancelAfter(300_000)]
internal sealed class OtherBuildTests : StoreFixture
{
    // build/test.sh fetches it (build/lib/other-qemu.sh).
    private const string Variable = "VMSANDBOX_OTHER_QEMU";

    private const string Counting = "i=0; until [ -e enough ]; do i=$((i+1)); echo $i >> records; echo $i; usleep 10000; done; sha256sum < records";

    private string _other = "";

    [SetUp]
    public void FindTheOther()
    {
        _other = Environment.GetEnvironmentVariable(Variable) ?? "";
        if (!File.Exists(_other))
        {
            Assert.Ignore($"There is no second build of QEMU here: {Variable} names {(_other.Length > 0 ? _other : "none")}, and the package registry may have only one.");
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("Long")]
    public async Task A_checkpoint_that_was_taken_with_one_build_goes_on_with_another(bool isOtherFirst, CancellationToken cancellationToken)
    {
        var id = default(VmId);
        string[] versions = ["", ""];
        await using (var host = await OpenAsync(isOtherFirst))
        {
            id = await host.StartNewAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken);
            await (await host.OpenSessionAsync(id, cancellationToken)).StartAndWaitForAsync(SessionPhrases.Shell(Counting), "20", cancellationToken);
            await host.Machines.CheckpointAsync(id, "before", cancellationToken);
            versions[0] = (await host.Machines.GetStatusAsync(id, cancellationToken)).QemuVersion!;
            await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        }

        await using (var host = await OpenAsync(!isOtherFirst))
        {
            await host.Machines.ResumeAsync(id, "before", cancellationToken);
            versions[1] = (await host.Machines.GetStatusAsync(id, cancellationToken)).QemuVersion!;
            var session = await host.OpenSessionAsync(id, cancellationToken);
            await session.PutTextAsync("enough", "", cancellationToken: cancellationToken);
            var lines = (await session.FollowToEndAsync(cancellationToken)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var count = lines.Length - 1;
            lines[..^1].Should().Equal(Enumerable.Range(1, count).Select(static i => $"{i}"), "no record is lost or doubled");
            count.Should().BeGreaterThanOrEqualTo(20);
            // And the second can keep what the first had begun.
            await host.Machines.CheckpointAsync(id, "after", cancellationToken);
            await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        }

        await TestContext.Out.WriteLineAsync($"from {versions[0]} to {versions[1]}");
        versions.Should().OnlyHaveUniqueItems();
        await using (var host = await OpenAsync(isOtherFirst))
        {
            await host.Machines.ResumeAsync(id, "after", cancellationToken);
            (await (await host.OpenSessionAsync(id, cancellationToken)).ShellAsync("tail -n 1 records; wc -l < records", cancellationToken)).Output.Split('\n')[..2].Should().OnlyContain(static line => line.Length > 0).And.HaveCount(2).And.Subject.Distinct().Should().ContainSingle();
            await host.Machines.DestroyAsync(id, cancellationToken);
        }
    }

    [Test]
    [Category("Long")]
    public async Task A_template_of_one_build_is_not_used_by_another(CancellationToken cancellationToken)
    {
        foreach (var isOther in (bool[])[false, true, false, true])
        {
            await using var host = await OpenAsync(isOther);
            var id = await host.StartNewAsync(new VmOptions { MemoryMiB = 192 }, cancellationToken);
            (await host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(StartPath.Template);
            await (await host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
            await host.Machines.DestroyAsync(id, cancellationToken);
        }

        // Of this size; the other test's are of another.
        var versions = Directory.EnumerateFiles(Path.Combine(Store.StorePath, "templates"), "*.json", SearchOption.AllDirectories).Select(File.ReadAllText).Where(static text => text.Contains("\"memoryMiB\":192", StringComparison.Ordinal)).ToList();
        versions.Should().HaveCount(2, "each build has one, made once").And.OnlyHaveUniqueItems();
    }

    private Task<SandboxHost> OpenAsync(bool isOther) => Store.OpenHostAsync(options => options.Qemu.EmulatorPath = isOther ? _other : null);
}
