using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Vms;

/// <summary>
/// A guest whose daemon speaks another protocol than its image's manifest claims. No such daemon was ever released, so the real one is made
/// to state no version: one letter of the header's name is changed in the guest, in the daemon's own file, before it is started. A daemon
/// that states another number is played by a scripted one in HostilePingTests.
/// </summary>
internal sealed class OtherDaemonTests
{
    [Test]
    [Category("AlsoAsRoot")]
    [CancelAfter(240_000)]
    public async Task A_daemon_that_does_not_state_our_version_is_refused_before_anything_else_is_said(CancellationToken cancellationToken)
    {
        var place = await PlaceOfTheHeaderAsync(cancellationToken);
        using var image = AlteredImage.WhoseRootFirstRuns($"echo -n Z | dd of=/sbin/vmsandboxd bs=1 seek={place.ToString(CultureInfo.InvariantCulture)} conv=notrunc");
        await using var store = await TempStore.OpenAsync(options => options.GuestImage = image.Folder);
        var id = await store.Host.Machines.CreateAsync(new VmOptions(), cancellationToken);

        var failure = (await FluentActions.Awaiting(() => store.Host.Machines.StartAsync(id, cancellationToken)).Should().ThrowAsync<SandboxException>()).Which;

        TestContext.Out.WriteLine(failure.Message);
        failure.Code.Should().Be(SandboxErrorCode.SessionVersion);
        failure.Message.Should().Contain($"this library version {ProtocolVersion.Current}");
        failure.Advice.Should().Contain("guest image of the same release");
        var status = await store.Host.Machines.GetStatusAsync(id, cancellationToken);
        (status.State, status.ProcessId).Should().Be((VmState.Failed, null));
        status.LastError.Should().Contain("protocol version");
        ProcessTable.Naming(store.StorePath).Should().BeEmpty();
        await store.Host.Machines.DestroyAsync(id, cancellationToken);
    }

    /// <summary>Where the first letter of the header's name lies in the daemon's file, which every program of the guest may read.</summary>
    private static async Task<int> PlaceOfTheHeaderAsync(CancellationToken cancellationToken)
    {
        await using var store = await TempStore.OpenAsync();
        var id = await store.Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await store.Host.OpenSessionAsync(id, cancellationToken);
        (await session.ShellAsync("cat /sbin/vmsandboxd > daemon", cancellationToken)).ExitCode.Should().Be(0);
        var daemon = await session.GetBytesAsync("daemon", cancellationToken);
        await store.Host.Machines.DestroyAsync(id, cancellationToken);

        // A text of .NET lies in the file as UTF-16; the compiler ahead of time keeps zeros at its end elsewhere.
        var place = daemon.AsSpan().IndexOf(Encoding.Unicode.GetBytes(ProtocolVersion.Header).AsSpan()[..^1]);
        place.Should().BePositive();
        return place;
    }
}
