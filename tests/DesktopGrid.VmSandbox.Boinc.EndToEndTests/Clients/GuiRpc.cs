using System.Net.Sockets;
using System.Text;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;

/// <summary>The orders of a GUI to the client, over its socket; a connection for each.</summary>
internal sealed class GuiRpc(string socketPath)
{
    private const byte End = 3;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    /// <summary>Asks, with authority, and gives what the client replied.</summary>
    /// <exception cref="SocketException">There is no client, or not yet.</exception>
    public async Task<string> AskAsync(string request, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Bound);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), bound.Token);
        var nonce = Markup.Find(await TalkAsync(socket, "<auth1/>", bound.Token), "nonce");
        var proof = AppFile.Md5Of(Encoding.UTF8.GetBytes(nonce + DataDirectory.Password));
        var authorised = await TalkAsync(socket, $"<auth2>\n<nonce_hash>{proof}</nonce_hash>\n</auth2>", bound.Token);
        return authorised.Contains("<authorized/>", StringComparison.Ordinal)
            ? await TalkAsync(socket, request, bound.Token)
            : throw new InvalidOperationException($"The client does not accept the password: {authorised}");
    }

    private static async Task<string> TalkAsync(Socket socket, string request, CancellationToken cancellationToken)
    {
        byte[] message = [.. Encoding.UTF8.GetBytes($"<boinc_gui_rpc_request>\n{request}\n</boinc_gui_rpc_request>\n"), End];
        await socket.SendAsync(message, cancellationToken);
        var reply = new List<byte>();
        var buffer = new byte[16384];
        while (reply.Count == 0 || reply[^1] != End)
        {
            var read = await socket.ReceiveAsync(buffer, cancellationToken);
            if (read == 0)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            reply.AddRange(buffer.AsSpan(0, read));
        }

        return Encoding.UTF8.GetString([.. reply], 0, reply.Count - 1);
    }
}
