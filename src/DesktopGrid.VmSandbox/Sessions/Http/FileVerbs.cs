using System.Runtime.CompilerServices;
using System.Text.Json;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>put, get, delete, ls and mkdir.</summary>
internal sealed class FileVerbs(GuestHttp http)
{
    private const int BlockSize = 128 * 1024;

    public Task<long> PutAsync(string path, Stream content, bool executable, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) =>
        SendAsync(path, GuestUri.Of(Routes.Files, (Routes.Query.Path, Checked(path)), (Routes.Query.Mode, executable ? "755" : "644")), content, progress, cancellationToken);

    public Task<long> PutStandardInputAsync(Stream content, CancellationToken cancellationToken) =>
        SendAsync("stdin", GuestUri.Of(Routes.TaskStandardInput), content, null, cancellationToken);

    public async Task<long> GetAsync(string path, Stream destination, long? maxBytes, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, GuestUri.Of(Routes.Files, (Routes.Query.Path, Checked(path))));
        var limit = http.Options.TransferStallTimeout;
        Exception? destinationFault = null;
        Transfer? transfer = null;
        try
        {
            using var opening = new Transfer(path, null, null, http, cancellationToken);
            return await http.GuardAsync(
                async () =>
                {
                    using var response = await http.SendAsync(http.Data, request, opening.Token).ConfigureAwait(false);
                    transfer = new Transfer(path, response.Content.Headers.ContentLength, progress, http, cancellationToken);
                    var source = await response.Content.ReadAsStreamAsync(transfer.Token).ConfigureAwait(false);
                    await using var scope = source.ConfigureAwait(false);
                    var block = new byte[BlockSize];
                    int read;
                    while ((read = await source.ReadAsync(block, transfer.Token).ConfigureAwait(false)) > 0)
                    {
                        if (transfer.Bytes + read > maxBytes)
                        {
                            throw new SessionException(SandboxErrorCode.GuestRefused, $"The guest's file \"{TextTail.Clean(path)}\" is larger than the {maxBytes} bytes that are allowed.") { Path = path };
                        }

                        try
                        {
                            await destination.WriteAsync(block.AsMemory(0, read), transfer.Token).ConfigureAwait(false);
                        }
                        catch (Exception e) when (e is not OperationCanceledException)
                        {
                            destinationFault = e;
                            throw;
                        }

                        transfer.Move(read);
                    }

                    transfer.Finish();
                    return transfer.Bytes;
                },
                request,
                limit,
                cancellationToken).ConfigureAwait(false);
        }
        catch (SessionException e) when (destinationFault is not null)
        {
            // The caller's own stream failed: its exception, unchanged.
            _ = e;
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(destinationFault);
            throw;
        }
        finally
        {
            transfer?.Dispose();
        }
    }

    public Task DeleteAsync(string path, bool recursive, CancellationToken cancellationToken) => http.TellAsync(
        http.Data,
        new HttpRequestMessage(HttpMethod.Delete, GuestUri.Of(Routes.Files, (Routes.Query.Path, Checked(path)), (Routes.Query.Recursive, recursive ? "true" : null))),
        // A tree of many files takes its time under emulation.
        http.Options.TransferStallTimeout,
        cancellationToken);

    public Task MakeDirectoryAsync(string path, CancellationToken cancellationToken) => http.TellAsync(
        http.Control, new HttpRequestMessage(HttpMethod.Put, GuestUri.Of(Routes.Directories, (Routes.Query.Path, Checked(path)))), http.Options.RequestTimeout, cancellationToken);

    public async IAsyncEnumerable<GuestEntry> ListAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, GuestUri.Of(Routes.Directories, (Routes.Query.Path, Checked(path))));
        using var transfer = new Transfer(path, null, null, http, cancellationToken);
        var limit = http.Options.TransferStallTimeout;
        using var response = await http.GuardAsync(() => http.SendAsync(http.Data, request, transfer.Token), request, limit, cancellationToken).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var scope = stream.ConfigureAwait(false);
        var lines = new Queue<string>();
        var splitter = new LineSplitter(lines.Enqueue, ProtocolLimits.MaxListingLineBytes);
        var block = new byte[BlockSize];
        var entries = 0;
        int read;
        do
        {
            read = await http.GuardAsync(async () => await stream.ReadAsync(block, transfer.Token).ConfigureAwait(false), request, limit, cancellationToken).ConfigureAwait(false);
            transfer.Move(read);
            splitter.Add(block.AsSpan(0, read));
            while (lines.TryDequeue(out var line))
            {
                if (++entries > ProtocolLimits.MaxListingEntries)
                {
                    throw new SessionException(SandboxErrorCode.SessionProtocol, $"The guest's directory has more than {ProtocolLimits.MaxListingEntries} entries.") { Path = path };
                }

                yield return Entry(line);
            }
        }
        while (read > 0);
    }

    private static GuestEntry Entry(string line)
    {
        try
        {
            // A name is what the caller will make a path of: it must be one plain name, whatever the guest says.
            return JsonSerializer.Deserialize(line, ContractsJsonContext.Default.GuestEntry) is { Name: { } name } entry && RelativePath.Fault(name) is null && !name.Contains('/', StringComparison.Ordinal)
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
        using var transfer = new Transfer(path, content.CanSeek ? content.Length - content.Position : null, progress, http, cancellationToken);
        using var body = new TransferContent(content, transfer);
        using var request = new HttpRequestMessage(HttpMethod.Put, uri) { Content = body };
        try
        {
            await http.GuardAsync(
                async () =>
                {
                    using var response = await http.SendAsync(http.Data, request, transfer.Token).ConfigureAwait(false);
                    return 0;
                },
                request,
                http.Options.TransferStallTimeout,
                cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxException) when (body.SourceFault is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(body.SourceFault);
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
