using System.Runtime.ExceptionServices;
using System.Text.Json;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>The two disks of bulk data.</summary>
internal sealed class DiskVerbs(GuestHttp http)
{
    // A line has three numbers, or the sentence of an error.
    private const int BlockSize = 16 * 1024, MaxLineBytes = 16 * 1024;

    public Task AddInputAsync(long length, CancellationToken cancellationToken) =>
        http.TellAsync(http.Data, new GuestRequest(HttpMethod.Post, GuestUri.Of(Routes.InputDisk, (Routes.Query.Length, length)), IsRepeatable: true), http.Options.RequestTimeout, cancellationToken);

    public async Task<long> CollectAsync(CollectRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, ContractsJsonContext.Default.CollectRequest);
        if (body.Length > ProtocolLimits.MaxCollectBytes)
        {
            return 0;
        }

        using var message = new HttpRequestMessage(HttpMethod.Post, GuestUri.Of(Routes.OutputDisk)) { Content = new ByteArrayContent(body) };
        using var turn = await http.EnterAsync(http.Data, cancellationToken).ConfigureAwait(false);
        using var transfer = new Transfer(Routes.OutputDisk, null, http, cancellationToken);
        try
        {
            return await http.GuardAsync(ReceiveAsync, message, http.Options.TransferStallTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (transfer.CallerFault is not null)
        {
            // His exception, unchanged.
            ExceptionDispatchInfo.Throw(transfer.CallerFault);
            throw;
        }

        async Task<long> ReceiveAsync()
        {
            // Whoever measures many files is silent meanwhile, and each line after that has the same time.
            transfer.Expect();
            using var response = await http.SendAsync(http.Data, message, transfer.Token).ConfigureAwait(false);
            var stream = await response.Content.ReadAsStreamAsync(transfer.Token).ConfigureAwait(false);
            await using var scope = stream.ConfigureAwait(false);
            var lines = new Queue<string>();
            var splitter = new LineSplitter(lines.Enqueue, MaxLineBytes);
            var block = new byte[BlockSize];
            long? total = null;
            int read;
            while ((read = await stream.ReadAsync(block, transfer.Token).ConfigureAwait(false)) > 0)
            {
                splitter.Add(block.AsSpan(0, read));
                while (lines.TryDequeue(out var line))
                {
                    total = Take(line);
                }

                transfer.Expect();
            }

            return total ?? throw new InvalidDataException("The answer has no last line.");
        }

        long? Take(string line)
        {
            var told = JsonSerializer.Deserialize(line, ContractsJsonContext.Default.CollectProgress) ?? throw new JsonException("The line is null.");
            if (told.Error is { } error)
            {
                throw http.Refusal(error);
            }

            if (told.Total is null && told.Number >= 0 && told.Number < request.Paths.Count && told.Bytes >= 0)
            {
                Tell(new TransferProgress(request.Paths[told.Number], told.Bytes, null));
            }

            return told.Total is < 0 || told.Total > request.DiskLength ? throw new InvalidDataException("The total is not possible.") : told.Total;
        }

        void Tell(TransferProgress told)
        {
            try
            {
                progress?.Report(told);
            }
            catch (Exception e)
            {
                transfer.CallerFault = e;
                throw;
            }
        }
    }
}
