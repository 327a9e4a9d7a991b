using System.Globalization;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Hostility;

/// <summary>There is no network: the guest has loopback only, every way out fails at once, and QEMU on the host opens no socket for it.</summary>
[CancelAfter(180_000)]
public sealed class NetworkTests : GuestFixture
{
    // Nothing waits for an answer that cannot come; a busy host under emulation gets this much patience.
    private const int AtOnceMs = 2000;

    [Test]
    [Category("AlsoAsRoot")]
    public async Task Every_socket_towards_the_outside_fails_at_once_and_QEMU_opens_none(CancellationToken cancellationToken)
    {
        await Session.PutFileAsync("network", await GuestProgram.CompileAsync("network", cancellationToken), executable: true, cancellationToken);
        var qemu = (await Store.Host.Machines.GetStatusAsync(Machine, cancellationToken)).ProcessId!.Value;

        var end = await Session.RunAsync(new TaskStartRequest { TaskId = "1", Program = "network" }, cancellationToken);

        var lines = end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCountGreaterThan(130);
        lines.Where(static line => !line.Contains(": refused (", StringComparison.Ordinal)).Should().BeEmpty();
        lines.Where(static line => int.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture) > AtOnceMs).Should().BeEmpty();
        // Its ports lie in its own network namespace, the pair of sockets at its gate was made in ours.
        SocketsOf(qemu).Except(UnixSocketsSeenBy(qemu)).Except(UnixSocketsSeenBy(Environment.ProcessId)).Should().BeEmpty("QEMU has the sockets of its ports and no other");
        ConnectionsSeenBy(qemu).Should().BeEmpty("QEMU's own network has nothing in it either");
    }

    [Test]
    public async Task Loopback_is_the_only_interface_and_there_is_no_route(CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync("ls /sys/class/net; cat /proc/net/route | tail -n +2; cat /proc/net/arp | tail -n +2; ip route; ls /sys/bus/pci/devices | while read d; do cat /sys/bus/pci/devices/$d/class; done | grep '^0x02'; ls /dev | grep -E '^(tun|tap|vhost|ppp|vsock)'", cancellationToken);

        end.Output.Should().Be("lo\n");
    }

    [TestCase("nc -w 5 8.8.8.8 53 < /dev/null")]
    [TestCase("nc -w 5 10.0.2.2 22 < /dev/null")]
    [TestCase("wget -T 5 -O - http://169.254.169.254/latest/meta-data/")]
    [TestCase("wget -T 5 -O - http://example.org/")]
    [TestCase("ping -c 1 -W 5 8.8.8.8")]
    [TestCase("ping6 -c 1 -W 5 ff02::1%lo")]
    [TestCase("traceroute -w 2 -m 2 8.8.8.8")]
    [TestCase("nslookup example.org 8.8.8.8")]
    [TestCase("udhcpc -n -q -t 1 -i lo")]
    [TestCase("arping -c 1 -w 2 10.0.2.2")]
    [TestCase("ip link add dummy0 type dummy")]
    [TestCase("ip addr add 10.0.2.15/24 dev lo")]
    public async Task The_tools_of_the_image_reach_nobody(string command, CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync(command, cancellationToken);

        end.ExitCode.Should().NotBe(0, end.Output);
    }

    private static List<string> SocketsOf(int processId) =>
        [.. Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd").Select(static path => new FileInfo(path).LinkTarget).OfType<string>().Where(static target => target.StartsWith("socket:", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>unix(7): the seventh column is the socket's number; one line of headings. Which ports are connected changes with the session's own work.</summary>
    private static IEnumerable<string> UnixSocketsSeenBy(int processId) =>
        File.ReadLines($"/proc/{processId}/net/unix").Skip(1).Select(static line => $"socket:[{line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[6]}]");

    /// <summary>Internet and packet sockets of the process's network namespace; each table has one line of headings.</summary>
    private static List<string> ConnectionsSeenBy(int processId) =>
        [.. ((string[])["tcp", "tcp6", "udp", "udp6", "icmp", "icmp6", "raw", "raw6", "packet"]).SelectMany(table => File.ReadLines($"/proc/{processId}/net/{table}").Skip(1).Select(line => $"{table} {line.Trim()}"))];
}
