using System.Text.Json;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.Execution;

/// <summary>start, stop, the task's state and its output.</summary>
internal sealed class TaskEndpoints(ExecutionEnvironment execution)
{
    private const int MaxGraceMs = 600_000;

    public void Map(Router router) => router
        .Map("POST", Routes.Task, StartAsync)
        .Map("GET", Routes.Task, StatusAsync)
        .Map("DELETE", Routes.Task, StopAsync)
        .Map("GET", Routes.TaskStandardOutput, context => OutputAsync(context, execution.StandardOutput))
        .Map("GET", Routes.TaskStandardError, context => OutputAsync(context, execution.StandardError));

    private async Task StartAsync(HttpContext context)
    {
        // JSON may blow a byte up to six ("\u0001"); the content itself is measured later.
        if (context.Request.ContentLength is not (>= 0 and <= 6 * ProtocolLimits.MaxStartBytes))
        {
            throw new RequestException(GuestErrorCode.TooLarge, "The start request is too long or does not state its length.");
        }

        var request = await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJsonContext.Default.TaskStartRequest, context.RequestAborted)
            ?? throw new RequestException(GuestErrorCode.BadRequest, "The start request is null.");
        await AnswerAsync(context, await execution.StartAsync(request, context.RequestAborted));
    }

    private async Task StatusAsync(HttpContext context) => await AnswerAsync(context, await execution.WaitAsync(
        Replies.Number(context, Routes.Query.StdoutLength, long.MaxValue),
        Replies.Number(context, Routes.Query.StderrLength, long.MaxValue),
        Replies.Number(context, Routes.Query.LastMessage, long.MaxValue),
        (int)Replies.Number(context, Routes.Query.WaitMs, ProtocolLimits.MaxWaitMs),
        context.RequestAborted));

    private async Task StopAsync(HttpContext context) =>
        await AnswerAsync(context, await execution.StopAsync((int)Replies.Number(context, Routes.Query.GraceMs, MaxGraceMs), context.RequestAborted));

    private static async Task OutputAsync(HttpContext context, OutputFile output)
    {
        var offset = Replies.Number(context, Routes.Query.Offset, long.MaxValue);
        var most = Replies.Number(context, Routes.Query.Length, long.MaxValue);
        var rest = Math.Max(0, output.Length - offset);
        var length = most > 0 ? Math.Min(most, rest) : rest;
        using var file = output.Open();
        if (file is not null)
        {
            await FileEndpoints.SendAsync(context, file, offset, length);
        }
    }

    private static Task AnswerAsync(HttpContext context, GuestTaskStatus status) =>
        Replies.JsonAsync(context, status, ContractsJsonContext.Default.GuestTaskStatus);
}
