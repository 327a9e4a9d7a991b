using System.Net.Sockets;
using System.Text;

namespace DesktopGrid.VmSandbox.GuestDaemon.Tool;

/// <summary>The way from a command of the guest to the daemon: one message a connection.</summary>
internal static class DaemonLine
{
    /// <summary>Leaves a message for the host.</summary>
    /// <returns>Null when it was taken, else what was wrong: a sentence for standard error.</returns>
    public static string? Send(string key, string value)
    {
        try
        {
            var answer = Exchange(Environment.GetEnvironmentVariable("VMSANDBOX_MESSAGES") ?? "/run/vmsandbox/messages", $"{key}\n{value}");
            return answer == "ok" ? null : answer;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return $"the daemon cannot be reached: {e.Message}";
        }
    }

    private static string Exchange(string path, string text)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 10_000, SendTimeout = 10_000 };
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send(Encoding.UTF8.GetBytes(text));
        socket.Shutdown(SocketShutdown.Send);
        var buffer = new byte[256];
        var length = socket.Receive(buffer);
        return Encoding.UTF8.GetString(buffer, 0, length).TrimEnd('\n');
    }
}
