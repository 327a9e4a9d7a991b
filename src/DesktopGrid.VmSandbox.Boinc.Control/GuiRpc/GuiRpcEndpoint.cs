using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;

/// <summary>Where the client listens for its Manager: a TCP port of this computer, or a Unix socket.</summary>
/// <param name="EndPoint">The address.</param>
internal sealed record GuiRpcEndpoint(EndPoint EndPoint)
{
    public const int DefaultPort = 31416;

    public static GuiRpcEndpoint Default { get; } = new(new IPEndPoint(IPAddress.Loopback, DefaultPort));

    /// <summary>A port, an address and a port, or the path of a socket. Only this computer's: the password would go over the line nearly bare.</summary>
    /// <exception cref="BoincException">It is none of them.</exception>
    public static GuiRpcEndpoint Parse(string text)
    {
        if (Path.IsPathFullyQualified(text) && text.Length <= 100)
        {
            return new GuiRpcEndpoint(new UnixDomainSocketEndPoint(text));
        }

        var word = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? text["localhost:".Length..] : text;
        if (ushort.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0)
        {
            return new GuiRpcEndpoint(new IPEndPoint(IPAddress.Loopback, port));
        }

        return word.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(word, out var endPoint) && IPAddress.IsLoopback(endPoint.Address) && endPoint.Port > 0
            ? new GuiRpcEndpoint(endPoint)
            : throw new BoincException(SandboxErrorCode.BoincUnsupported, $"\"{text}\" is no port, no address of this computer with a port, and no absolute path of a socket.");
    }

    public override string ToString() => EndPoint is IPEndPoint ip ? $"port {ip.Port}" : EndPoint.ToString() ?? "";
}
