using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>put, get, delete, ls and mkdir.</summary>
internal sealed class FileVerbs(GuestHttp http)
{
    private const int BlockSize = 128 * 1024;

    /// <summary>Up to so many entries of a folder are taken whole before the caller sees the first.</summary>
    public const int EntriesInHand = 1_000;

    public Task<long> PutAsync(string path, Stream content, bool executable, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) =>
        SendAsync(path, GuestUri.Of(Routes.Files, (Routes.Query.Path, Checked(path)), (Routes.Query.Mode, executable ? "755" : "644")), content, progress, cancellationToken);

    public Task<long> PutStandardInputAsync(Stream content, CancellationToken cancellationToken) =>
        SendAsync("stdin", GuestUri.Of(Routes.TaskStandardInput), content, null, cancellationToken);

    public Task<long> GetAsync(string path, Stream destination, long? maxBytes, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) =>
        GetAsync(path, last: null, destination, maxBytes, progress, cancellationToken);

    public async Task<byte[]> GetEndAsync(string path, int bytes, CancellationToken cancellationToken)
    {
        using var end = new MemoryStream(bytes);
        await GetAsync(path, bytes, end, bytes, progress: null, cancellationToken).ConfigureAwait(false);
        return end.ToArray();
    }

    private async Task<long> GetAsync(string path, int? last, Stream destination, long? maxBytes, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, GuestUri.Of(Routes.Files, (Routes.Query.Path, Checked(path)), (Routes.Query.Last, last)));
        using var turn = await http.EnterAsync(http.Data, cancellationToken).ConfigureAwait(false);
        using var transfer = new Transfer(path, progress, http, cancellationToken);
        try
        {
            return await http.GuardAsync(ReceiveAsync, request, http.Options.TransferStallTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (transfer.CallerFault is not null)
        {
            // His exception, unchanged.
            ExceptionDispatchInfo.Throw(transfer.CallerFault);
            throw;
        }

        async Task<long> ReceiveAsync()
        {
            transfer.Expect();
            using var response = await http.SendAsync(http.Data, request, transfer.Token).ConfigureAwait(false);
            transfer.Total = response.Content.Headers.ContentLength;
            // At once where the guest says it itself; a guest that says less than it sends is caught below.
            Demand(transfer.Total ?? 0);
            var source = await response.Content.ReadAsStreamAsync(transfer.Token).ConfigureAwait(false);
            await using var scope = source.ConfigureAwait(false);
            var block = new byte[BlockSize];
            int read;
            while ((read = await source.ReadAsync(block, transfer.Token).ConfigureAwait(false)) > 0)
            {
                Demand(transfer.Bytes + read);
                transfer.Rest();
                await DeliverAsync(block.AsMemory(0, read)).ConfigureAwait(false);
                transfer.Move(read);
                transfer.Expect();
            }

            transfer.Finish();
            return transfer.Bytes;
        }

        async Task DeliverAsync(ReadOnlyMemory<byte> bytes)
        {
            try
            {
                await destination.WriteAsync(bytes, transfer.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (!transfer.WasCancelled(e))
            {
                transfer.CallerFault = e;
                throw;
            }
        }

        void Demand(long bytes)
        {
            if (bytes > maxBytes)
            {
                throw new SessionException(SandboxErrorCode.GuestTooLarge, $"The guest's file \"{TextTail.Clean(path)}\" is larger than the {maxBytes} bytes that are allowed.") { Path = path, Length = bytes };
            }
        }
    }

    public async Task DeleteAsync(string path, bool recursive, CancellationToken cancellationToken)
    {
        var request = new GuestRequest(HttpMethod.Delete, GuestUri.Of(Routes.Files, (Routes.Query.Path, Checked(path)), (Routes.Query.Recursive, recursive ? "true" : null)));
        using var turn = await http.EnterAsync(http.Data, cancellationToken).ConfigureAwait(false);
        // A tree of many files takes its time under emulation.
        await http.TellAsync(http.Data, request, http.Options.TransferStallTimeout, cancellationToken).ConfigureAwait(false);
    }

    public Task MakeDirectoryAsync(string path, CancellationToken cancellationToken) => http.TellAsync(
        http.Control, new GuestRequest(HttpMethod.Put, GuestUri.Of(Routes.Directories, (Routes.Query.Path, Checked(path))), IsRepeatable: true), http.Options.RequestTimeout, cancellationToken);

    public async IAsyncEnumerable<GuestEntry> ListAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, GuestUri.Of(Routes.Directories, (Routes.Query.Path, Checked(path))));
        using var turn = await http.EnterAsync(http.Data, cancellationToken).ConfigureAwait(false);
        using var transfer = new Transfer(path, null, http, cancellationToken);
        var limit = http.Options.TransferStallTimeout;
        transfer.Expect();
        using var response = await http.GuardAsync(() => http.SendAsync(http.Data, request, transfer.Token), request, limit, cancellationToken).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var scope = stream.ConfigureAwait(false);
        var lines = new Queue<string>();
        // Entries are given out when the listing has ended, and its port with it: the caller's loop may list the folders that it finds. Only a
        // folder of more keeps its port meanwhile.
        var splitter = new LineSplitter(lines.Enqueue, ProtocolLimits.MaxListingLineBytes);
        var block = new byte[BlockSize];
        var entries = 0;
        int read;
        do
        {
            transfer.Expect();
            read = await http.GuardAsync(async () => await stream.ReadAsync(block, transfer.Token).ConfigureAwait(false), request, limit, cancellationToken).ConfigureAwait(false);
            transfer.Rest();
            splitter.Add(block.AsSpan(0, read));
            if (read == 0)
            {
                splitter.Flush();
                response.Dispose();
                turn.Dispose();
            }
            else if (lines.Count < EntriesInHand)
            {
                continue;
            }

            while (lines.TryDequeue(out var line))
            {
                if (++entries > ProtocolLimits.MaxListingEntries)
                {
                    throw new SessionException(SandboxErrorCode.SessionProtocol, $"The guest's directory has more than {ProtocolLimits.MaxListingEntries} entries.") { Path = path };
                }

                // What is in hand is no answer to a caller who has given up.
                cancellationToken.ThrowIfCancellationRequested();
                yield return Entry(line);
            }
        }
        while (read > 0);
    }

    private static GuestEntry Entry(string line)
    {
        try
        {
            // A name is what the caller will make a path of: it must be one plain name, whatever the guest says. It may be longer than a path's
            // part, since each broken byte of a name that is no UTF-8 comes as the three bytes of U+FFFD.
            return JsonSerializer.Deserialize(line, ContractsJsonContext.Default.GuestEntry) is { Name: not (null or "" or "." or "..") } entry && !entry.Name.AsSpan().ContainsAny('/', '\0') && Enum.IsDefined(entry.Kind)
                ? entry
                : throw new JsonException("The entry has no plain name.");
        }
        catch (JsonException e)
        {
            throw new SessionException(SandboxErrorCode.SessionProtocol, "The guest's daemon sent a listing that is not the protocol.", e);
        }
    }

    private async Task<long> SendAsync(string path, Uri uri, Stream content, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        using var turn = await http.EnterAsync(http.Data, cancellationToken).ConfigureAwait(false);
        using var transfer = new Transfer(path, progress, http, cancellationToken) { Total = content.CanSeek ? content.Length - content.Position : null };
        using var body = new TransferContent(content, transfer);
        using var request = new HttpRequestMessage(HttpMethod.Put, uri) { Content = body };
        try
        {
            await http.GuardAsync(
                async () =>
                {
                    transfer.Expect();
                    using var response = await http.SendAsync(http.Data, request, transfer.Token).ConfigureAwait(false);
                    return 0;
                },
                request,
                http.Options.TransferStallTimeout,
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (transfer.CallerFault is not null)
        {
            ExceptionDispatchInfo.Throw(transfer.CallerFault);
        }

        transfer.Finish();
        return transfer.Bytes;
    }

    /// <summary>Refused here already; the daemon would say the same.</summary>
    private static string Checked(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return RelativePath.Fault(path) is { } fault
            ? throw new SessionException(SandboxErrorCode.GuestPathRefused, $"The path \"{TextTail.Clean(path.Length > 200 ? path[..200] : path)}\" is refused. {fault}") { Path = path }
            : path;
    }
}
