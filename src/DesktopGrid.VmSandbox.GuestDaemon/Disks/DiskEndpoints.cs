using System.Text.Json;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.Disks;

/// <summary>The two disks of bulk data: files that come in by one, and go out by the other.</summary>
internal sealed class DiskEndpoints(WorkDirectory work, GuestLayout layout, InputDisk input)
{
    private const int TellPauseMs = 200;

    private int _isWriting;

    public void Map(Router router) => router
        .Map("POST", Routes.InputDisk, AddInputAsync)
        .Map("POST", Routes.OutputDisk, CollectAsync);

    private Task AddInputAsync(HttpContext context)
    {
        input.Add(Replies.Number(context, Routes.Query.Length, long.MaxValue));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task CollectAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        if (Interlocked.Exchange(ref _isWriting, 1) != 0)
        {
            throw new RequestException(GuestErrorCode.Conflict, "The output disk is being written to by another request.");
        }

        try
        {
            context.Response.ContentType = "application/x-ndjson";
            await TellAsync(context, await WriteAsync(context, request));
        }
        finally
        {
            Volatile.Write(ref _isWriting, 0);
        }
    }

    /// <returns>The last line: an answer that has begun can tell a failure in no other way.</returns>
    private async Task<CollectProgress> WriteAsync(HttpContext context, CollectRequest request)
    {
        try
        {
            var collection = new Collection(request, work);
            if (!collection.IsFor())
            {
                return new CollectProgress(0, 0, Total: 0);
            }

            using var disk = new OutputDisk(layout.OutputDevice, request.DiskLength);
            var toldAt = Environment.TickCount64;
            return new CollectProgress(request.Paths.Count, 0, Total: await collection.WriteAsync(disk, async (number, bytes) =>
            {
                context.RequestAborted.ThrowIfCancellationRequested();
                if (Environment.TickCount64 - toldAt >= TellPauseMs)
                {
                    toldAt = Environment.TickCount64;
                    await TellAsync(context, new CollectProgress(number, bytes));
                }
            }));
        }
        catch (IOException e) when (!context.RequestAborted.IsCancellationRequested)
        {
            DaemonLog.Write($"the output disk cannot be written: {e.Message}");
            return new CollectProgress(0, 0, Error: new ErrorBody((e as LinuxError)?.Code ?? GuestErrorCode.Internal, e.Message));
        }
    }

    private static async Task<CollectRequest> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength is not (>= 0 and <= ProtocolLimits.MaxCollectBytes))
        {
            throw new RequestException(GuestErrorCode.TooLarge, "The request for files is too long or does not state its length.");
        }

        var request = await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJsonContext.Default.CollectRequest, context.RequestAborted);
        return request is { Paths: not null, DiskLength: >= 0, MaxBytes: >= 0, LeastBytes: >= 0 } && !request.Paths.Contains(null!)
            ? request
            : throw new RequestException(GuestErrorCode.BadRequest, "The request for files holds null or a negative number.");
    }

    private static async Task TellAsync(HttpContext context, CollectProgress progress)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(progress, ContractsJsonContext.Default.CollectProgress), (byte)'\n'];
        await context.Response.Body.WriteAsync(line, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
