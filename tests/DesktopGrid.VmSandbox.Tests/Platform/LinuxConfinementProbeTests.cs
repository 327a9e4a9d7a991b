using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Linux;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform;

/// <summary>A program that is started in QEMU's place, as if QEMU had been taken over, and tries what it must not be able to do.</summary>
[Platform("Linux")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
[CancelAfter(60_000)]
public sealed class LinuxConfinementProbeTests
{
    private const string Probe = """
        use Socket; $| = 1;
        print "home=", (opendir(my $d, $ENV{PROBE_HOME}) && open(my $f, '<', "$ENV{PROBE_HOME}/secret") ? "READ" : "refused"), "\n";
        my $s; my $made = socket($s, PF_INET, SOCK_STREAM, 0);
        print "tcp=", ($made && connect($s, sockaddr_in($ENV{PROBE_PORT}, inet_aton("127.0.0.1"))) ? "CONNECTED" : "refused"), "\n";
        my $pid = fork(); if (defined $pid && $pid == 0) { exit 0 }
        print "spawn=", (defined $pid ? "SPAWNED" : "refused"), "\n";
        print "signal=", (kill(0, $ENV{PROBE_PID}) ? "SIGNALLED" : "refused"), "\n";
        print "write=", (open(my $w, '>', "$ENV{PROBE_RW}/written") ? "written" : "REFUSED"), "\n";
        print "readonly=", (open(my $r, '>', "$ENV{PROBE_RO}/written") ? "WRITTEN" : "refused"), "\n";
        open(my $c, '<', '/proc/self/limits');
        """;

    [Test]
    public async Task A_taken_over_process_can_neither_read_the_home_folder_nor_connect_nor_spawn_nor_signal(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var home = folder.Make("home");
        await File.WriteAllTextAsync(Path.Combine(home, "secret"), "the volunteer's", cancellationToken);
        var writable = folder.Make("writable");
        var readable = folder.Make("readable");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var platform = new LinuxPlatform(TimeProvider.System);
        platform.RuntimeDirectories.Create("probe");

        await using var process = await platform.Launcher.StartAsync(
            new LaunchRequest
            {
                FileName = "/usr/bin/perl",
                Arguments = ["-e", Probe],
                Environment = new Dictionary<string, string>
                {
                    ["PROBE_HOME"] = home,
                    ["PROBE_PORT"] = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture),
                    ["PROBE_PID"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
                    ["PROBE_RW"] = writable,
                    ["PROBE_RO"] = readable,
                },
                Confinement = new ConfinementPlan { Identity = "probe", ReadOnlyPaths = [readable], ReadWritePaths = [writable], MaxFileBytes = 1 << 20 },
            },
            cancellationToken);
        using var output = new StreamReader(process.StandardOutput);
        using var errors = new StreamReader(process.StandardError);
        var said = await output.ReadToEndAsync(cancellationToken);
        var complained = await errors.ReadToEndAsync(cancellationToken);
        var exit = await process.Exited.WaitAsync(cancellationToken);
        platform.RuntimeDirectories.Remove("probe");

        complained.Should().BeEmpty();
        exit.Should().Be(new ProcessExit(0, null));
        said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal("home=refused", "tcp=refused", "spawn=refused", "signal=refused", "write=written", "readonly=refused");
        process.Confinement.Should().OnlyContain(static layer => layer.IsOn);
        File.Exists(Path.Combine(writable, "written")).Should().BeTrue();
    }

    [Test]
    public async Task The_payload_itself_is_found_and_metered_and_killed(CancellationToken cancellationToken)
    {
        using var platform = new LinuxPlatform(TimeProvider.System);
        platform.RuntimeDirectories.Create("probe2");
        await using var process = await platform.Launcher.StartAsync(
            new LaunchRequest { FileName = "/usr/bin/perl", Arguments = ["-e", "1 while 1"], Confinement = new ConfinementPlan { Identity = "probe2" } }, cancellationToken);

        (await File.ReadAllTextAsync($"/proc/{process.Identity.Id}/comm", cancellationToken)).Trim().Should().Be("perl");
        platform.Meter.Read(process.Identity)!.ResidentBytes.Should().BePositive();
        process.Kill();
        (await process.Exited.WaitAsync(cancellationToken)).Signal.Should().Be(9);
        platform.Finder.IsAlive(process.Identity).Should().BeFalse();
        platform.RuntimeDirectories.Remove("probe2");
    }
}
