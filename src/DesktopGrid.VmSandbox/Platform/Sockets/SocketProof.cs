using System.Net.Sockets;
using System.Text;

namespace DesktopGrid.VmSandbox.Platform.Sockets;

/// <summary>Proves that sockets work in a folder, by connecting to one: on some Windows hosts they can be made in a folder but not reached.</summary>
internal static class SocketProof
{
    /// <summary>Why not; null where it works.</summary>
    /// <param name="folder">A folder that is there.</param>
    /// <param name="longestPath">What a socket's address holds, in bytes.</param>
    /// <param name="room">How many bytes names below the folder will take.</param>
    public static string? FaultOf(string folder, int longestPath, int room)
    {
        if (Encoding.UTF8.GetByteCount(folder) + room > longestPath)
        {
            return $"{folder} is too long";
        }

        var path = Path.Combine(folder, Path.GetRandomFileName());
        try
        {
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(1);
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            client.Connect(new UnixDomainSocketEndPoint(path));
            return null;
        }
        catch (SocketException e)
        {
            return $"in {folder}: {e.Message}";
        }
        finally
        {
            File.Delete(path);
        }
    }
}
