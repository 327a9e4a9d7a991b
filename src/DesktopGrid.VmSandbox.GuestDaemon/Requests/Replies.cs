using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.GuestDaemon.Requests;

/// <summary>What all endpoints share: reading a parameter, answering with JSON, refusing.</summary>
internal static class Replies
{
    public static Task JsonAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type) => JsonAsync(context, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public static async Task JsonAsync(HttpContext context, byte[] bytes)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    public static Task RefuseAsync(HttpContext context, GuestErrorCode code, string message)
    {
        context.Response.StatusCode = code switch
        {
            GuestErrorCode.BadRequest => StatusCodes.Status400BadRequest,
            GuestErrorCode.NotFound => StatusCodes.Status404NotFound,
            GuestErrorCode.PathRefused => StatusCodes.Status403Forbidden,
            GuestErrorCode.Conflict or GuestErrorCode.TaskState => StatusCodes.Status409Conflict,
            GuestErrorCode.DiskFull => StatusCodes.Status507InsufficientStorage,
            GuestErrorCode.StartRefused or GuestErrorCode.LayerUnusable => StatusCodes.Status422UnprocessableEntity,
            GuestErrorCode.TooLarge => StatusCodes.Status413PayloadTooLarge,
            _ => StatusCodes.Status500InternalServerError,
        };
        return JsonAsync(context, new ErrorBody(code, message), ContractsJsonContext.Default.ErrorBody);
    }

    public static string Text(HttpContext context, string name) =>
        context.Request.Query.TryGetValue(name, out var value) && value is [{ } text]
            ? text
            : throw new RequestException(GuestErrorCode.BadRequest, $"The parameter \"{name}\" is missing.");

    public static bool Flag(HttpContext context, string name) =>
        context.Request.Query.TryGetValue(name, out var value) && value == "true";

    public static long Number(HttpContext context, string name, long max) =>
        !context.Request.Query.TryGetValue(name, out var value)
            ? 0
            : long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max
                ? number
                : throw new RequestException(GuestErrorCode.BadRequest, $"The parameter \"{name}\" must be a whole number from 0 to {max}.");
}
