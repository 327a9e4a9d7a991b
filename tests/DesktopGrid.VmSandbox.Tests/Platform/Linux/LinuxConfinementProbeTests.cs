using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Linux;
using DesktopGrid.VmSandbox.Platform.Memory;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform.Linux;

/// <summary>
/// A program that is started in QEMU's place, as if QEMU had been taken over, and tries what it must not be able to do; and the same
/// program unconfined, which must succeed, or its failures would prove nothing.
/// </summary>
[Platform("Linux")]
[Category("AlsoAsRoot")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
[CancelAfter(60_000)]
public sealed class LinuxConfinementProbeTests
{
    private const string Probe = """
        use Socket; $| = 1;
        print "home=", (open(my $f, '<', $ENV{PROBE_SECRET}) ? "READ" : "refused"), "\n";
        my $s; my $made = socket($s, PF_INET, SOCK_STREAM, 0);
        print "tcp=", ($made && connect($s, sockaddr_in($ENV{PROBE_PORT}, inet_aton("127.0.0.1"))) ? "CONNECTED" : "refused"), "\n";
        my $u; my $d = socket($u, PF_INET, SOCK_DGRAM, 0);
        print "udp=", ($d && defined send($u, "x", 0, sockaddr_in($ENV{PROBE_PORT}, inet_aton("127.0.0.1"))) ? "SENT" : "refused"), "\n";
        my $x; socket($x, PF_UNIX, SOCK_STREAM, 0);
        print "abstract=", (connect($x, sockaddr_un("\0$ENV{PROBE_ABSTRACT}")) ? "CONNECTED" : "refused"), "\n";
        my $pid = fork(); if (defined $pid && $pid == 0) { exit 0 }
        print "spawn=", (defined $pid ? "SPAWNED" : "refused"), "\n";
        print "signal=", (kill(0, $ENV{PROBE_PID}) ? "SIGNALLED" : "refused"), "\n";
        print "process=", (-d "/proc/$ENV{PROBE_PID}" ? "SEEN" : "unseen"), "\n";
        print "privilege=", (syscall($ENV{PROBE_PRCTL}, 39, 0, 0, 0, 0) == 1 ? "fixed" : "CAN GROW"), "\n";
        print "write=", (open(my $w, '>', "$ENV{PROBE_RW}/written") ? "written" : "REFUSED"), "\n";
        print "readonly=", (open(my $r, '>', "$ENV{PROBE_RO}/written") ? "WRITTEN" : "refused"), "\n";
        print "user=", ($> == $ENV{PROBE_USER} && $> == 0 ? "ROOT" : "ordinary"), "\n";
        """;

    // mmap, mprotect, fallocate, madvise (MADV_REMOVE) and fcntl (F_ADD_SEALS) by their numbers.
    private const string MemoryProbe = """
        $| = 1;
        open(my $f, '+<', $ARGV[0]) or die $!; my $fd = fileno($f);
        sysread($f, my $text, 13); print "read=$text\n";
        my $own = syscall(9, 0, 4096, 3, 2, $fd, 0); print "private=", ($own == -1 ? "REFUSED" : "mapped"), "\n";
        sysseek($f, 0, 0);
        print "write=", (defined syswrite($f, "X") ? "WRITTEN" : "refused"), "\n";
        print "cut=", (truncate($f, 4096) ? "CUT" : "refused"), "\n";
        print "grow=", (truncate($f, 16384) ? "GROWN" : "refused"), "\n";
        print "shared=", (syscall(9, 0, 4096, 3, 1, $fd, 0) == -1 ? "refused" : "MAPPED"), "\n";
        my $seen = syscall(9, 0, 4096, 1, 1, $fd, 0);
        print "protect=", ($seen == -1 || syscall(10, $seen, 4096, 3) == -1 ? "refused" : "WRITABLE"), "\n";
        print "hole=", (syscall(285, $fd, 3, 0, 4096) == -1 ? "refused" : "PUNCHED"), "\n";
        print "remove=", (syscall(28, $own, 4096, 9) == -1 ? "refused" : "REMOVED"), "\n";
        print "seal=", (syscall(72, $fd, 1033, 1) == -1 ? "refused" : "SEALED"), "\n";
        """;

    private static readonly string[] Refusals =
    [
        "home=refused", "tcp=refused", "udp=refused", "abstract=refused", "spawn=refused", "signal=refused", "process=unseen", "privilege=fixed", "write=written", "readonly=refused", "user=ordinary",
    ];

    private static string[] Successes =>
    [
        "home=READ", "tcp=CONNECTED", "udp=SENT", "abstract=CONNECTED", "spawn=SPAWNED", "signal=SIGNALLED", "process=SEEN", "privilege=CAN GROW", "write=written", "readonly=WRITTEN", LinuxNative.IsRoot ? "user=ROOT" : "user=ordinary",
    ];

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_taken_over_process_can_neither_read_the_home_folder_nor_connect_nor_spawn_nor_signal(bool hasMemory, CancellationToken cancellationToken)
    {
        using var bait = new Bait();
        using var memory = hasMemory ? new LinuxRamImages().Make("vmsandbox-test", 8192) : null;
        var (said, layers) = await RunAsync(bait, isConfined: true, cancellationToken, memory);

        said.Should().Equal(Refusals);
        layers.Should().HaveCount(11).And.OnlyContain(static layer => layer.IsOn);
        File.Exists(Path.Combine(bait.Writable, "written")).Should().BeTrue();
    }

    [Test]
    public async Task The_same_program_can_do_all_of_it_where_it_is_not_confined(CancellationToken cancellationToken)
    {
        using var bait = new Bait();
        var (said, layers) = await RunAsync(bait, isConfined: false, cancellationToken);

        said.Should().Equal(Successes);
        layers.Should().BeEmpty();
    }

    [TestCase(true, "0\n2048\n")]
    [TestCase(false, "unlimited\n")]
    public async Task Files_are_bounded_and_cores_are_not_written(bool isConfined, string limits, CancellationToken cancellationToken)
    {
        using var platform = new LinuxPlatform(TimeProvider.System);
        var plan = new ConfinementPlan { Identity = "limits", MaxFileBytes = 1 << 20 };
        await using var process = await platform.Launcher.StartAsync(
            new LaunchRequest { FileName = "/bin/sh", Arguments = ["-c", isConfined ? "ulimit -c; ulimit -f" : "ulimit -f"], Confinement = isConfined ? plan : null }, cancellationToken);
        using var output = new StreamReader(process.StandardOutput);

        // The shell counts blocks of 512 bytes.
        (await output.ReadToEndAsync(cancellationToken)).Should().Be(limits);
    }

    [Test]
    public async Task The_payload_itself_is_found_and_metered_and_killed(CancellationToken cancellationToken)
    {
        using var platform = new LinuxPlatform(TimeProvider.System);
        await using var process = await platform.Launcher.StartAsync(
            new LaunchRequest { FileName = "/usr/bin/perl", Arguments = ["-e", "1 while 1"], Confinement = new ConfinementPlan { Identity = "probe2" } }, cancellationToken);

        (await File.ReadAllTextAsync($"/proc/{process.Identity.Id}/comm", cancellationToken)).Trim().Should().Be("perl");
        platform.Meter.Read(process.Identity)!.ResidentBytes.Should().BePositive();
        process.Kill();
        (await process.Exited.WaitAsync(cancellationToken)).Signal.Should().Be(9);
        platform.Finder.IsAlive(process.Identity).Should().BeFalse();
        platform.Meter.Read(process.Identity).Should().BeNull();
    }

    /// <summary>By its descriptor, by a new one, by mappings: all that the kernel has to change such memory.</summary>
    [Test]
    public async Task A_taken_over_process_can_map_memory_that_was_lent_to_it_and_not_alter_it(CancellationToken cancellationToken)
    {
        Assume.That(RuntimeInformation.OSArchitecture, Is.EqualTo(Architecture.X64), "the calls below have the numbers of one architecture");
        using var platform = new LinuxPlatform(TimeProvider.System);
        using var memory = platform.RamImages!.Make("vmsandbox-test", 8192);
        using (var loan = ((LinuxRamImage)memory).Lend())
        {
            await File.WriteAllTextAsync(loan.Path, "what was lent", cancellationToken);
            using var file = File.OpenHandle(loan.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.SetLength(file, 8192);
        }

        memory.Seal(CancellationToken.None);
        await using var process = await platform.Launcher.StartAsync(
            new LaunchRequest { FileName = "/usr/bin/perl", Arguments = ["-e", MemoryProbe, memory.PathInPayload], Confinement = new ConfinementPlan { Identity = "probe3" }, Ram = memory }, cancellationToken);
        using var output = new StreamReader(process.StandardOutput);

        (await output.ReadToEndAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(
            "read=what was lent", "private=mapped", "write=refused", "cut=refused", "grow=refused", "shared=refused", "protect=refused", "hole=refused", "remove=refused", "seal=refused");
        using var after = ((LinuxRamImage)memory).Lend();
        (await File.ReadAllTextAsync(after.Path, cancellationToken)).TrimEnd('\0').Should().Be("what was lent");
    }

    private static async Task<(string[] Said, IReadOnlyList<ConfinementLayerStatus> Layers)> RunAsync(Bait bait, bool isConfined, CancellationToken cancellationToken, IRamImage? memory = null)
    {
        using var platform = new LinuxPlatform(TimeProvider.System);
        var plan = new ConfinementPlan { Identity = "probe", ReadOnlyPaths = [bait.Readable], ReadWritePaths = [bait.Writable], MaxFileBytes = 1 << 20 };
        await using var process = await platform.Launcher.StartAsync(
            new LaunchRequest { FileName = "/usr/bin/perl", Arguments = ["-e", Probe], Environment = bait.Environment, Confinement = isConfined ? plan : null, Ram = memory }, cancellationToken);
        using var output = new StreamReader(process.StandardOutput);
        using var errors = new StreamReader(process.StandardError);
        var said = await output.ReadToEndAsync(cancellationToken);
        (await errors.ReadToEndAsync(cancellationToken)).Should().BeEmpty();
        (await process.Exited.WaitAsync(cancellationToken)).Should().Be(new ProcessExit(0, null));
        return (said.Split('\n', StringSplitOptions.RemoveEmptyEntries), process.Confinement);
    }

    /// <summary>What a volunteer's computer has that a guest wants: a secret in the home folder, a server on loopback, another process.</summary>
    private sealed class Bait : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Socket _abstract = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly string _secret;

        public Bait()
        {
            Writable = _folder.Make("writable");
            Readable = _folder.Make("readable");
            // The real home folder, where the user has one.
            var home = System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile);
            _secret = Path.Combine(Directory.Exists(home) ? home : _folder.Path, $"vmsandbox-test-{Guid.NewGuid():N}");
            File.WriteAllText(_secret, "the volunteer's");
            _listener.Start();
            var name = $"vmsandbox-test-{Guid.NewGuid():N}";
            _abstract.Bind(new UnixDomainSocketEndPoint("\0" + name));
            _abstract.Listen(1);
            Environment = new Dictionary<string, string>
            {
                ["PROBE_SECRET"] = _secret,
                ["PROBE_PORT"] = ((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture),
                ["PROBE_ABSTRACT"] = name,
                ["PROBE_PID"] = System.Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
                ["PROBE_USER"] = LinuxNative.EffectiveUser().ToString(CultureInfo.InvariantCulture),
                // prctl(2) by its number, since Perl has no name for it.
                ["PROBE_PRCTL"] = RuntimeInformation.OSArchitecture is Architecture.Arm64 ? "167" : "157",
                ["PROBE_RW"] = Writable,
                ["PROBE_RO"] = Readable,
            };
        }

        public string Writable { get; }

        public string Readable { get; }

        public IReadOnlyDictionary<string, string> Environment { get; }

        public void Dispose()
        {
            _abstract.Dispose();
            _listener.Dispose();
            File.Delete(_secret);
            _folder.Dispose();
        }
    }
}
