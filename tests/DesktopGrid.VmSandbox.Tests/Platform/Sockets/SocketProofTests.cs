using DesktopGrid.VmSandbox.Platform.Sockets;

namespace DesktopGrid.VmSandbox.Tests.Platform.Sockets;

public sealed class SocketProofTests
{
    [Test]
    public void A_folder_in_which_sockets_work_is_proven_and_left_empty()
    {
        using var folder = new TemporaryFolder();
        SocketProof.FaultOf(folder.Path, 107, 32).Should().BeNull();
        Directory.EnumerateFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Test]
    public void One_that_leaves_no_room_is_not()
    {
        using var folder = new TemporaryFolder();
        SocketProof.FaultOf(folder.Path, folder.Path.Length + 31, 32).Should().Be($"{folder.Path} is too long");
    }

    [Test]
    public void One_that_cannot_hold_a_socket_is_not() => SocketProof.FaultOf("/proc", 107, 32).Should().StartWith("in /proc: ");
}
