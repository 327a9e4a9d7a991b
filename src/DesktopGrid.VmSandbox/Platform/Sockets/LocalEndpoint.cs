using System.Net.Sockets;
using System.Text;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Platform.Sockets;

/// <summary>
/// A place on this computer where QEMU listens and only this user can connect: a Unix domain socket in a private directory, on every
/// system. Windows has them since version 1803, and QEMU opens them there since 7.2. Its named pipes would not do: QEMU stands still until
/// a client has come, pipe after pipe, and serves one client ever (QEMU, chardev/char-pipe.c).
/// </summary>
internal sealed record LocalEndpoint
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    // Asked for; the system grants what it allows. Emulated guests read in small pieces: with a buffer of the usual size the sender is woken for
    // each few of them, which cost a large put three quarters of this process's CPU time and a tenth of its speed.
    private const int BufferSize = 1024 * 1024;

    private LocalEndpoint(string path) => Path = path;

    /// <summary>The socket's file.</summary>
    public string Path { get; }

    /// <param name="path">The socket's file.</param>
    /// <param name="longestPath">What a socket's address holds on this system, in bytes of UTF-8.</param>
    /// <exception cref="PlatformException">The path is longer.</exception>
    public static LocalEndpoint At(string path, int longestPath) => Encoding.UTF8.GetByteCount(path) <= longestPath
        ? new LocalEndpoint(path)
        : throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The socket {path} has a path of {Encoding.UTF8.GetByteCount(path)} bytes, and {longestPath} is the most that this system allows.")
        {
            Advice = "Let the directory for temporary files be a shorter one.",
        };

    /// <summary>
    /// Connects; tries again while nobody listens yet, until the token is cancelled (the caller's bound).
    /// </summary>
    /// <exception cref="PlatformException">The operating system refused for good.</exception>
    public async Task<Stream> ConnectAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendBufferSize = BufferSize, ReceiveBufferSize = BufferSize };
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
            catch (SocketException e)
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
