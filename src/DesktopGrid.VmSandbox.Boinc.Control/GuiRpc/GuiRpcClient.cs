using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Control.Markup;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;

/// <summary>The few things that are asked of a running client, in the words that its Manager uses.</summary>
internal sealed class GuiRpcClient(GuiRpcConnection connection) : IAsyncDisposable
{
    /// <summary>Shows the client's password; what changes something is refused without.</summary>
    /// <exception cref="BoincException">The password is another one.</exception>
    public async Task AuthorizeAsync(string password, CancellationToken cancellationToken)
    {
        var challenge = await connection.ExchangeAsync("<auth1/>", cancellationToken).ConfigureAwait(false);
        // The client's own protocol; the password guards no more than what every program of this user may do.
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(Encoding.UTF8.GetBytes(challenge.Value("nonce") + password));
        var hash = Convert.ToHexStringLower(md5.GetHashAndReset());
        var reply = await connection.ExchangeAsync($"<auth2>\n<nonce_hash>{hash}</nonce_hash>\n</auth2>", cancellationToken).ConfigureAwait(false);
        if (reply.Child("authorized") is null)
        {
            throw new BoincException(SandboxErrorCode.BoincClientUnreachable, $"The BOINC client does not take the password of {GuiRpcPassword.FileName}.");
        }
    }

    /// <summary>The projects and their tasks as they are now; without the files, which only the state on the disk has.</summary>
    public async Task<ClientStateFile> GetStateAsync(CancellationToken cancellationToken) =>
        (await AskAsync("<get_state/>", cancellationToken).ConfigureAwait(false)).Child("client_state") is { } state ? ClientStateReader.Read(state) : throw Refused("get_state", "it gave no state");

    /// <summary>The tasks, with what the running ones are at.</summary>
    public async Task<IReadOnlyList<RunningTask>> GetTasksAsync(CancellationToken cancellationToken)
    {
        var reply = await AskAsync("<get_results/>", cancellationToken).ConfigureAwait(false);
        return [.. (reply.Child("results")?.Named("result") ?? []).Select(RunningTask.Of).OfType<RunningTask>()];
    }

    /// <summary>What the client told since a message, oldest first.</summary>
    public async Task<IReadOnlyList<ClientMessage>> GetMessagesAsync(int after, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(string.Create(CultureInfo.InvariantCulture, $"<get_messages>\n<seqno>{after}</seqno>\n</get_messages>"), cancellationToken).ConfigureAwait(false);
        return [.. (reply.Child("msgs")?.Named("msg") ?? []).Select(ClientMessage.Of)];
    }

    /// <summary>No tasks of this project any more.</summary>
    public Task ForbidWorkAsync(string masterUrl, CancellationToken cancellationToken) => ProjectAsync("project_nomorework", masterUrl, cancellationToken);

    /// <summary>Tasks of this project again.</summary>
    public Task AllowWorkAsync(string masterUrl, CancellationToken cancellationToken) => ProjectAsync("project_allowmorework", masterUrl, cancellationToken);

    /// <summary>Asks the project's scheduler now: reports what is done, and fetches.</summary>
    public Task UpdateAsync(string masterUrl, CancellationToken cancellationToken) => ProjectAsync("project_update", masterUrl, cancellationToken);

    /// <summary>No task computes for a while, of no project; downloads go on. A start of the client ends it before its time.</summary>
    public async Task StandStillAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        foreach (var verb in (string[])["set_run_mode", "set_gpu_mode"])
        {
            await AskAsync(string.Create(CultureInfo.InvariantCulture, $"<{verb}>\n<never/>\n<duration>{time.TotalSeconds:0}</duration>\n</{verb}>"), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the client, with its tasks; they continue from where they are when it is started again.</summary>
    public Task QuitAsync(CancellationToken cancellationToken) => AskAsync("<quit/>", cancellationToken);

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private Task<Element> ProjectAsync(string verb, string masterUrl, CancellationToken cancellationToken)
    {
        var request = new MarkupWriter();
        request.Open(verb);
        request.Value("project_url", masterUrl);
        request.Close();
        return AskAsync(Encoding.UTF8.GetString(request.ToBytes()), cancellationToken);
    }

    private async Task<Element> AskAsync(string request, CancellationToken cancellationToken)
    {
        var reply = await connection.ExchangeAsync(request, cancellationToken).ConfigureAwait(false);
        var verb = request.AsSpan(1).IndexOfAny('/', '>') is > 0 and var end ? request[1..(end + 1)] : request;
        return reply.Child("unauthorized") is not null ? throw Refused(verb, "it wants the password first")
            : reply.Value("error") is { } fault ? throw Refused(verb, fault)
            : reply;
    }

    private static BoincException Refused(string verb, string why) => new(SandboxErrorCode.BoincClientUnreachable, $"The BOINC client refuses {verb}: {why}.");
}
