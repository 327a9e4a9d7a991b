using System.Net.Sockets;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Platform.Sockets;

/// <summary>A place at which this process listens for the one connection of its QEMU. What keeps everybody else out is the private directory.</summary>
internal sealed class LocalListener : IDisposable
{
    private const UnixFileMode Everybody =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    // As with LocalEndpoint: what comes fast shall not be waited for piece by piece.
    private const int BufferSize = 1024 * 1024;

    private readonly Socket _socket;
    private readonly string _path;

    private LocalListener(Socket socket, string path) => (_socket, _path) = (socket, path);

    /// <summary>Begins to listen; what was in the place is removed.</summary>
    /// <exception cref="PlatformException">The operating system refused.</exception>
    public static LocalListener Open(LocalEndpoint endpoint)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveBufferSize = BufferSize };
        try
        {
            if (OperatingSystem.IsWindows())
            {
                File.Delete(endpoint.Path);
                socket.Bind(new UnixDomainSocketEndPoint(endpoint.Path));
            }
            else
            {
                BindBeside(socket, endpoint.Path);
            }

            socket.Listen(1);
            return new LocalListener(socket, endpoint.Path);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The socket {endpoint.Path} cannot be made: {e.Message}", e);
        }
    }

    /// <summary>The connection; the caller's token is the bound.</summary>
    public async Task<Stream> AcceptAsync(CancellationToken cancellationToken) =>
        new NetworkStream(await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false), ownsSocket: true);

    /// <summary>
    /// A QEMU with a user of its own must be able to connect. It may write in its directory, and a hostile one could put a link in the place of the
    /// socket whose mode is just being set: so that is done in the folder above, where it cannot, and the socket is moved into its place.
    /// </summary>
    [UnsupportedOSPlatform("windows")]
    private static void BindBeside(Socket socket, string path)
    {
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(path)!)!, Path.GetRandomFileName());
        socket.Bind(new UnixDomainSocketEndPoint(beside));
        File.SetUnixFileMode(beside, Everybody);
        File.Move(beside, path, overwrite: true);
    }

    public void Dispose()
    {
        _socket.Dispose();
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It goes with its directory.
        }
    }
}
