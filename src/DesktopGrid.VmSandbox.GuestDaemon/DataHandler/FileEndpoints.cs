using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.DataHandler;

/// <summary>put, get, delete, ls and mkdir.</summary>
/// <param name="work">The work directory.</param>
/// <param name="reset">Empties the work directory and forgets the last task: more than this room knows of.</param>
/// <param name="layout">Where standard input is kept.</param>
internal sealed class FileEndpoints(WorkDirectory work, Func<CancellationToken, Task> reset, GuestLayout layout)
{
    // One system call a block: large enough that its price under emulation does not count.
    private const int BlockSize = 256 * 1024, LeastBlockSize = 32 * 1024;

    public void Map(Router router) => router
        .Map("PUT", Routes.Files, PutAsync)
        .Map("GET", Routes.Files, GetAsync)
        .Map("DELETE", Routes.Files, DeleteAsync)
        .Map("GET", Routes.Directories, ListAsync)
        .Map("PUT", Routes.Directories, MakeDirectoryAsync)
        .Map("PUT", Routes.TaskStandardInput, PutStandardInputAsync);

    /// <summary>Sends a part of an open file; a file that shrinks meanwhile breaks the connection, since its length was promised.</summary>
    public static async Task SendAsync(HttpContext context, SafeFileHandle file, long offset, long length)
    {
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = length;
        var writer = context.Response.BodyWriter;
        while (length > 0)
        {
            // Straight into the transport's own memory, as much as it has in one piece.
            var memory = writer.GetMemory((int)Math.Min(LeastBlockSize, length));
            var read = RandomAccess.Read(file, memory.Span[..(int)Math.Min(memory.Length, length)], offset);
            if (read == 0)
            {
                context.Abort();
                return;
            }

            writer.Advance(read);
            offset += read;
            length -= read;
            await writer.FlushAsync(context.RequestAborted);
        }
    }

    private async Task PutAsync(HttpContext context)
    {
        var mode = context.Request.Query.TryGetValue(Routes.Query.Mode, out var text) ? ParseMode(text!) : 0b110_100_100;
        using var pending = work.BeginFile(Replies.Text(context, Routes.Query.Path), mode);
        var length = await ReceiveAsync(context, pending.File);
        pending.Commit();
        context.Response.StatusCode = StatusCodes.Status201Created;
        await Replies.JsonAsync(context, new FileWritten(length), ContractsJsonContext.Default.FileWritten);
    }

    private async Task PutStandardInputAsync(HttpContext context)
    {
        using var file = File.OpenHandle(layout.StandardInput, FileMode.Create, FileAccess.Write);
        var length = await ReceiveAsync(context, file);
        await Replies.JsonAsync(context, new FileWritten(length), ContractsJsonContext.Default.FileWritten);
    }

    private static async Task<long> ReceiveAsync(HttpContext context, SafeFileHandle file)
    {
        var reader = context.Request.BodyReader;
        long offset = 0;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            // A small rest waits for more: few large writes are cheaper than many small ones.
            if (result.Buffer.Length < BlockSize && !result.IsCompleted)
            {
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            try
            {
                foreach (var segment in result.Buffer)
                {
                    RandomAccess.Write(file, segment.Span, offset);
                    offset += segment.Length;
                }
            }
            finally
            {
                // Also when the disk is full: whoever answers the refusal reads on from here.
                reader.AdvanceTo(result.Buffer.End);
            }

            if (result.IsCompleted)
            {
                return offset;
            }
        }
    }

    private async Task GetAsync(HttpContext context)
    {
        using var file = work.OpenFile(Replies.Text(context, Routes.Query.Path), out var length);
        var last = Replies.Number(context, Routes.Query.Last, long.MaxValue);
        var first = last > 0 ? Math.Max(0, length - last) : 0;
        await SendAsync(context, file, first, length - first);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var path = Replies.Text(context, Routes.Query.Path);
        var recursive = Replies.Flag(context, Routes.Query.Recursive);
        if (path == RelativePath.Root && recursive)
        {
            await reset(context.RequestAborted);
        }
        else
        {
            work.Delete(path, recursive, context.RequestAborted);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private Task MakeDirectoryAsync(HttpContext context)
    {
        work.MakeDirectory(Replies.Text(context, Routes.Query.Path));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task ListAsync(HttpContext context)
    {
        using var directory = work.OpenListed(Replies.Text(context, Routes.Query.Path));
        context.Response.ContentType = "application/x-ndjson";
        var entries = new DirectoryEntries(directory);
        for (var names = entries.Next(); names.Count > 0; names = entries.Next())
        {
            using var json = new Utf8JsonWriter(context.Response.BodyWriter);
            foreach (var name in names)
            {
                if (Describe(directory, name) is { } entry)
                {
                    JsonSerializer.Serialize(json, entry, ContractsJsonContext.Default.GuestEntry);
                    json.Flush();
                    context.Response.BodyWriter.Write("\n"u8);
                    json.Reset();
                }
            }

            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
    }

    private static GuestEntry? Describe(SafeFileHandle directory, byte[] terminatedName)
    {
        try
        {
            var status = LinuxFile.Status(directory, terminatedName);
            return new GuestEntry(Encoding.UTF8.GetString(terminatedName.AsSpan()[..^1]), status.Kind, status.Length, status.Mode, status.ModifiedMs);
        }
        catch (LinuxError e) when (e.Number == LinuxError.NoEntry)
        {
            // Removed between the two calls.
            return null;
        }
    }

    private static int ParseMode(string text)
    {
        try
        {
            return Convert.ToInt32(text, 8) & 0b111_111_111;
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new RequestException(GuestErrorCode.BadRequest, string.Create(CultureInfo.InvariantCulture, $"The mode \"{text}\" is no octal number."));
        }
    }
}
