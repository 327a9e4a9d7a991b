using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.Execution;

/// <summary>Turns a start request into what the kernel wants, or says what is wrong with it.</summary>
internal static class TaskCommand
{
    public static string Program(WorkDirectory work, TaskStartRequest request)
    {
        // JSON can say null where the contract has none.
        if (request is not { Program: not null, Arguments: not null, Environment: not null } || request.Arguments.Contains(null!) || request.Environment.Values.Contains(null!))
        {
            throw new RequestException(GuestErrorCode.BadRequest, "The start request holds null where there must be a text or a list.");
        }

        if (request.OutputBytes < 0)
        {
            throw new RequestException(GuestErrorCode.BadRequest, $"{request.OutputBytes} bytes of output cannot be kept.");
        }

        if (request.Processes < 1)
        {
            throw new RequestException(GuestErrorCode.BadRequest, $"No program runs with {request.Processes} processes.");
        }

        var size = request.Arguments.Sum(Encoding.UTF8.GetByteCount)
            + request.Environment.Sum(static pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value));
        if (size > ProtocolLimits.MaxStartBytes)
        {
            throw new RequestException(GuestErrorCode.TooLarge, $"Arguments and environment hold {size} bytes; {ProtocolLimits.MaxStartBytes} are allowed.");
        }

        if (request.Arguments.Append(request.Program).Any(static text => text.Contains('\0')))
        {
            throw new RequestException(GuestErrorCode.BadRequest, "An argument holds a NUL character.");
        }

        return request.Program.StartsWith('/') ? request.Program : Inside(work, request.Program);
    }

    public static string Directory(WorkDirectory work, TaskStartRequest request) =>
        request.Directory is { } directory ? Inside(work, directory) : work.Path;

    public static IReadOnlyList<string> Variables(GuestLayout layout, WorkDirectory work, TaskStartRequest request)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            ["HOME"] = work.Path,
            ["TMPDIR"] = layout.Temporary,
            ["LANG"] = "C.UTF-8",
            ["VMSANDBOX_INBOX"] = layout.Inbox,
            ["VMSANDBOX_MESSAGES"] = layout.MessageSocket,
        };
        foreach (var (name, value) in request.Environment)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0') || value.Contains('\0'))
            {
                throw new RequestException(GuestErrorCode.BadRequest, "An environment variable has an empty name, or holds \"=\" in its name or a NUL character.");
            }

            variables[name] = value;
        }

        return [.. variables.Select(static pair => $"{pair.Key}={pair.Value}")];
    }

    private static string Inside(WorkDirectory work, string path) =>
        RelativePath.Fault(path) is { } fault ? throw new RequestException(GuestErrorCode.PathRefused, fault) : $"{work.Path}/{path}";
}
