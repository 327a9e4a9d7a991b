using System.Net.Sockets;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Vms;

/// <summary>What stands where QEMU wants to listen: the library has no port of TCP, so this is what "a port in use" comes down to.</summary>
internal sealed class OccupiedSocketTests : StoreFixture
{
    private static readonly string[] Places = ["monitor", "console", "p0"];

    [Test]
    [CancelAfter(180_000)]
    public async Task Sockets_that_a_killed_machine_left_are_replaced(CancellationToken cancellationToken)
    {
        var (id, folder) = await MakeAsync(cancellationToken);
        foreach (var place in Places)
        {
            // Bound and closed again: the file stays, and nobody listens.
            using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            left.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, place)));
        }

        await RunsAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Sockets_at_which_somebody_listens_are_replaced(CancellationToken cancellationToken)
    {
        var (id, folder) = await MakeAsync(cancellationToken);
        var listeners = Places.Select(_ => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)).ToList();
        try
        {
            foreach (var (listener, place) in listeners.Zip(Places))
            {
                listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, place)));
                listener.Listen();
            }

            await RunsAsync(id, cancellationToken);
        }
        finally
        {
            listeners.ForEach(static listener => listener.Dispose());
        }
    }

    [TestCase("monitor")]
    [TestCase("p0")]
    [CancelAfter(180_000)]
    public async Task A_folder_in_a_socket_s_place_is_told_and_the_next_start_begins_afresh(string place, CancellationToken cancellationToken)
    {
        var (id, folder) = await MakeAsync(cancellationToken);
        Directory.CreateDirectory(Path.Combine(folder, place));

        var failure = (await FluentActions.Awaiting(() => Host.Machines.StartAsync(id, cancellationToken)).Should().ThrowAsync<PlatformException>()).Which;
        (failure.Code, failure.Step).Should().Be((SandboxErrorCode.PlatformFailure, "start.launch"));
        failure.Message.Should().StartWith($"What is in the place of the socket {Path.Combine(folder, place)} cannot be removed: ");
        (await Host.StateAsync(id)).Should().Be(VmState.Created);

        await RunsAsync(id, cancellationToken);
    }

    private async Task<(VmId Id, string Folder)> MakeAsync(CancellationToken cancellationToken)
    {
        var id = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        return (id, Directory.CreateDirectory(Path.Combine(LeakCheck.RuntimeRoot, id.ToString())).FullName);
    }

    private async Task RunsAsync(VmId id, CancellationToken cancellationToken)
    {
        await Host.Machines.StartAsync(id, cancellationToken);
        await (await Host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }
}
