using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.GuiRpc;

/// <summary>The client's port on a real socket, for what a real client will not do on command. It answers as 7.20.5 was seen to.</summary>
internal sealed partial class ClientMock : IAsyncDisposable
{
    public const string Password = "secret";

    private const string Nonce = "1795679536.547521";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<string> _asked = [];
    private readonly Task _serving;

    public ClientMock()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public GuiRpcEndpoint Endpoint => new(_listener.LocalEndpoint);

    /// <summary>What it was asked since it began, but for the password.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_asked)
            {
                return [.. _asked];
            }
        }
    }

    /// <summary>The answer to get_state, made anew each time.</summary>
    public Func<string> State { get; set; } = static () => "<client_state></client_state>";

    /// <summary>The answer to get_results.</summary>
    public string Results { get; set; } = "<results></results>";

    /// <summary>In place of every answer; null for the right ones.</summary>
    public byte[]? Garbage { get; set; }

    /// <summary>Whether it takes connections and says nothing.</summary>
    public bool IsSilent { get; set; }

    public async ValueTask DisposeAsync()
    {
        // Can be repeated: a test may end it early.
        if (!_serving.IsCompleted)
        {
            await _end.CancelAsync();
            await _serving;
            _listener.Stop();
            _end.Dispose();
        }
    }

    private async Task ServeAsync()
    {
        var talks = new List<Task>();
        try
        {
            while (true)
            {
                talks.Add(TalkAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(talks);
        }
    }

    private async Task TalkAsync(TcpClient connection)
    {
        using var _ = connection;
        var stream = connection.GetStream();
        var authorized = false;
        var pending = new StringBuilder();
        var block = new byte[4096];
        try
        {
            while (await stream.ReadAsync(block, _end.Token) is > 0 and var read)
            {
                pending.Append(Encoding.UTF8.GetString(block, 0, read));
                if (pending[^1] != '\x03' || IsSilent)
                {
                    continue;
                }

                var request = pending.ToString();
                pending.Clear();
                await stream.WriteAsync(Garbage ?? Encoding.UTF8.GetBytes($"<boinc_gui_rpc_reply>\n{Answer(request, ref authorized)}\n</boinc_gui_rpc_reply>\n\x03"), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
        }
    }

    private string Answer(string request, ref bool authorized)
    {
        var verb = Verb().Match(request).Groups[1].Value;
        switch (verb)
        {
            case "auth1":
                return $"<nonce>{Nonce}</nonce>";
            case "auth2":
                using (var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5))
                {
                    md5.AppendData(Encoding.UTF8.GetBytes(Nonce + Password));
                    authorized = request.Contains($"<nonce_hash>{Convert.ToHexStringLower(md5.GetHashAndReset())}</nonce_hash>", StringComparison.Ordinal);
                }

                return authorized ? "<authorized/>" : "<unauthorized/>";
        }

        if (!authorized)
        {
            return "<unauthorized/>";
        }

        lock (_asked)
        {
            _asked.Add(verb);
        }

        return verb switch
        {
            "get_state" => State(),
            "get_results" => Results,
            "get_messages" => "<msgs><msg><project>Upper & Stub</project><seqno>7</seqno><body><![CDATA[\nhello <&>\n]]></body></msg></msgs>",
            "project_nomorework" or "project_allowmorework" or "project_update" when request.Contains("<project_url>http://project.test/</project_url>", StringComparison.Ordinal) => "<success/>",
            "project_nomorework" or "project_allowmorework" or "project_update" => "<error>No such project</error>",
            "quit" or "set_run_mode" or "set_gpu_mode" => "<success/>",
            _ => $"<error>unrecognized op: {verb}</error>",
        };
    }

    [GeneratedRegex(@"<boinc_gui_rpc_request>\s*<([a-z_0-9]+)")]
    private static partial Regex Verb();
}
