using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Templates;

/// <summary>A start from a template: what a clone has of its own, and what becomes of a template that is of no use.</summary>
[CancelAfter(300_000)]
internal sealed class WarmStartTests : StoreFixture
{
    private string Folder => Path.Combine(Store.StorePath, "templates");

    [Test]
    [Category("AlsoAsRoot")]
    public async Task The_first_start_makes_the_template_and_each_goes_on_from_it(CancellationToken cancellationToken)
    {
        foreach (var content in (string[])["one", "two"])
        {
            var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
            (await Host.Machines.GetStatusAsync(id, cancellationToken)).Should().BeEquivalentTo(new { State = VmState.Running, StartPath = StartPath.Template, LastError = (string?)null });
            var session = await Host.OpenSessionAsync(id, cancellationToken);
            (await session.NamesAsync(".", cancellationToken)).Should().BeEmpty("nothing of another machine is in it");
            await session.PutTextAsync("file", content, cancellationToken: cancellationToken);
            (await session.ShellAsync("cat file; id -u", cancellationToken)).Output.Should().Be($"{content}1000\n");
            await Host.Machines.DestroyAsync(id, cancellationToken);
        }

        Directory.EnumerateDirectories(Folder).Should().ContainSingle();
    }

    [Test]
    public async Task A_machine_that_has_run_or_that_wants_no_template_is_booted(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        await (await Host.OpenSessionAsync(id, cancellationToken)).PutTextAsync("file", "mine", cancellationToken: cancellationToken);
        await Host.Machines.StopAsync(id, cancellationToken: cancellationToken);
        await Host.Machines.StartAsync(id, cancellationToken);

        (await Host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(StartPath.Cold);
        (await (await Host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken)).Should().Be("mine");
        await Host.Machines.DestroyAsync(id, cancellationToken);

        id = await Host.StartNewAsync(new VmOptions { WarmStart = false }, cancellationToken);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(StartPath.Cold);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_clone_has_the_right_time_and_its_own_boot_id(CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        for (var clone = 0; clone < 2; clone++)
        {
            var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
            var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            var said = (await (await Host.OpenSessionAsync(id, cancellationToken)).ShellAsync("date +%s; cat /proc/sys/kernel/random/boot_id", cancellationToken)).Output.Split('\n');
            long.Parse(said[0], System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(before - 1, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
            Guid.TryParse(said[1], out _).Should().BeTrue();
            ids.Add(said[1]);
            await Host.Machines.DestroyAsync(id, cancellationToken);
        }

        ids.Should().OnlyHaveUniqueItems();
    }

    /// <summary>Fifty pairs in the long tier; some here.</summary>
    [Test]
    public Task What_tasks_draw_first_is_never_the_same(CancellationToken cancellationToken) => DrawAsync(4, cancellationToken);

    [Test]
    [Category("Long")]
    public Task What_the_tasks_of_fifty_pairs_draw_first_is_never_the_same(CancellationToken cancellationToken) => DrawAsync(50, cancellationToken);

    [Test]
    public async Task A_template_that_is_damaged_is_made_anew_and_no_machine_is_lost_by_it(CancellationToken cancellationToken)
    {
        await Host.Machines.DestroyAsync(await Host.StartNewAsync(cancellationToken: cancellationToken), cancellationToken);
        foreach (var name in (string[])["state", "root.qcow2", "template.json"])
        {
            var file = Path.Combine(Directory.GetDirectories(Folder).Single(), name);
            var bytes = await File.ReadAllBytesAsync(file, cancellationToken);
            bytes[bytes.Length / 2] ^= 0x10;
            await File.WriteAllBytesAsync(file, bytes, cancellationToken);

            var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
            (await (await Host.OpenSessionAsync(id, cancellationToken)).ShellAsync("echo well", cancellationToken)).Output.Should().Be("well\n");
            await Host.Machines.DestroyAsync(id, cancellationToken);
            var next = await Host.StartNewAsync(cancellationToken: cancellationToken);
            (await Host.Machines.GetStatusAsync(next, cancellationToken)).StartPath.Should().Be(StartPath.Template, $"{name} was made anew");
            await Host.Machines.DestroyAsync(next, cancellationToken);
        }
    }

    /// <summary>From QEMU's place: what its process has open, has mapped, and can see.</summary>
    [Test]
    public async Task A_clone_has_no_way_to_what_others_start_from(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var process = (await Host.Machines.GetStatusAsync(id, cancellationToken)).ProcessId!.Value;
        var open = Directory.GetFiles($"/proc/{process}/fd").Select(static link => new FileInfo(link).LinkTarget ?? "").ToList();

        open.Should().NotBeEmpty().And.NotContain(static path => path.Contains("/templates/", StringComparison.Ordinal));
        (await File.ReadAllTextAsync($"/proc/{process}/maps", cancellationToken)).Should().NotContain("/templates/");
        Directory.Exists($"/proc/{process}/root{Folder}").Should().BeFalse("its view of the files does not reach there");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_clone_can_be_checkpointed_and_goes_on(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        await (await Host.OpenSessionAsync(id, cancellationToken)).PutTextAsync("file", "then", cancellationToken: cancellationToken);
        await Host.Machines.CheckpointAsync(id, "a", cancellationToken);
        var bootId = await BootIdAsync(id, cancellationToken);
        await Host.CrashAsync(id);
        await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);

        (await (await Host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken)).Should().Be("then");
        (await BootIdAsync(id, cancellationToken)).Should().Be(bootId, "it is the same machine");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    private async Task<string> BootIdAsync(VmId id, CancellationToken cancellationToken) =>
        (await (await Host.OpenSessionAsync(id, cancellationToken)).ShellAsync("cat /proc/sys/kernel/random/boot_id", cancellationToken)).Output;

    private async Task DrawAsync(int pairs, CancellationToken cancellationToken)
    {
        var drawn = new List<string>();
        for (var pair = 0; pair < pairs; pair++)
        {
            // Every other pair shares its memory.
            var options = new VmOptions { ShareMemory = pair % 2 == 1 };
            drawn.AddRange(await Task.WhenAll(DrawOnceAsync(options, cancellationToken), DrawOnceAsync(options, cancellationToken)));
        }

        drawn.Should().HaveCount(2 * pairs).And.OnlyHaveUniqueItems().And.OnlyContain(static bytes => bytes.Length == 64);
    }

    private async Task<string> DrawOnceAsync(VmOptions options, CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(options, cancellationToken);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(options.ShareMemory ? StartPath.SharedTemplate : StartPath.Template);
        var said = await (await Host.OpenSessionAsync(id, cancellationToken)).ShellAsync("head -c 32 /dev/urandom | hexdump -v -e '1/1 \"%02x\"'", cancellationToken);
        await Host.Machines.DestroyAsync(id, cancellationToken);
        return said.Output;
    }
}
