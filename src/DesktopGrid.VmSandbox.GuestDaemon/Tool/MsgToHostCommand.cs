using System.Net.Sockets;
using System.Text;

namespace DesktopGrid.VmSandbox.GuestDaemon.Tool;

/// <summary>The command that a program in the guest calls to report: <c>msg_to_host fraction_done 0.4</c>.</summary>
internal static class MsgToHostCommand
{
    private const string Usage = """
        usage: msg_to_host KEY VALUE...     send a message to the host
               msg_to_host KEY -            read its content from standard input
        for example: msg_to_host fraction_done 0.4
        """;

    public static int Run(string[] arguments)
    {
        if (arguments is not [var key, _, ..])
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        try
        {
            var value = arguments is [_, "-"] ? Console.In.ReadToEnd() : string.Join(' ', arguments[1..]);
            var answer = Send(Environment.GetEnvironmentVariable("VMSANDBOX_MESSAGES") ?? "/run/vmsandbox/messages", $"{key}\n{value}");
            if (answer == "ok")
            {
                return 0;
            }

            Console.Error.WriteLine($"msg_to_host: {answer}");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Console.Error.WriteLine($"msg_to_host: the daemon cannot be reached: {e.Message}");
        }

        return 1;
    }

    private static string Send(string path, string text)
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
