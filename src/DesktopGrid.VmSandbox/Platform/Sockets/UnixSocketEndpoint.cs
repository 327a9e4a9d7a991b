using System.Net.Sockets;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Platform.Sockets;

/// <summary>A Unix domain socket.</summary>
/// <param name="Path">At most 107 bytes.</param>
internal sealed record UnixSocketEndpoint(string Path) : LocalEndpoint
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    public override string Address => Path;

    public override async Task<Stream> ConnectAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.TryAgain || !File.Exists(Path))
            {
                // Nobody listens yet: QEMU makes its sockets one after the other.
                socket.Dispose();
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
            {
                socket.Dispose();
                throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The socket {Path} cannot be reached: {e.Message}", e);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
