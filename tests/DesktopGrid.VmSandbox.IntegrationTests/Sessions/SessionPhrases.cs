using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

/// <summary>How a program in the guest ended, and all that it said.</summary>
internal sealed record ProgramEnd(GuestTaskStatus Status, string Output, string Errors, IReadOnlyList<GuestMessage> Messages)
{
    public int? ExitCode => Status.ExitCode;
}

/// <summary>What tests say to a session again and again.</summary>
internal static class SessionPhrases
{
    public static TaskStartRequest Shell(string script) => new() { TaskId = Guid.NewGuid().ToString("N"), Program = "/bin/sh", Arguments = ["-c", script] };

    /// <summary>Runs a shell script in the guest to its end.</summary>
    public static Task<ProgramEnd> ShellAsync(this ISandboxSession session, string script, CancellationToken cancellationToken) =>
        session.RunAsync(Shell(script), cancellationToken);

    /// <summary>Runs a program in the guest to its end.</summary>
    public static async Task<ProgramEnd> RunAsync(this ISandboxSession session, TaskStartRequest start, CancellationToken cancellationToken)
    {
        await session.StartAsync(start, cancellationToken: cancellationToken);
        return await session.FollowToEndAsync(cancellationToken);
    }

    /// <summary>Follows what was started to its end.</summary>
    public static async Task<ProgramEnd> FollowToEndAsync(this ISandboxSession session, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        using var errors = new MemoryStream();
        var messages = new List<GuestMessage>();
        await foreach (var happened in session.FollowAsync(default, cancellationToken))
        {
            switch (happened)
            {
                case TaskOutput part:
                    (part.IsError ? errors : output).Write(part.Bytes.Span);
                    break;
                case TaskMessage { Message: var message }:
                    messages.Add(message);
                    break;
                case TaskEnded { Status: var status }:
                    return new ProgramEnd(status, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray()), messages);
            }
        }

        throw new AssertionException("The program was followed, and its end was never told.");
    }

    /// <summary>Starts a shell script and waits until it has written this line to its standard output.</summary>
    public static async Task StartAndWaitForAsync(this ISandboxSession session, TaskStartRequest start, string line, CancellationToken cancellationToken)
    {
        await session.StartAsync(start, cancellationToken: cancellationToken);
        var seen = new StringBuilder();
        await foreach (var happened in session.FollowAsync(default, cancellationToken))
        {
            if (happened is TaskOutput { IsError: false } part && seen.Append(Encoding.UTF8.GetString(part.Bytes.Span)).ToString().Contains(line + "\n", StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new AssertionException($"The program ended and did not say \"{line}\", but: {seen}");
    }

    public static async Task PutBytesAsync(this ISandboxSession session, string path, byte[] bytes, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(bytes);
        (await session.PutAsync(path, content, cancellationToken: cancellationToken)).Should().Be(bytes.Length);
    }

    public static async Task PutFileAsync(this ISandboxSession session, string path, string hostPath, bool executable, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(hostPath);
        await session.PutAsync(path, content, executable, cancellationToken: cancellationToken);
    }

    public static async Task<byte[]> GetBytesAsync(this ISandboxSession session, string path, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await session.GetAsync(path, content, cancellationToken: cancellationToken);
        return content.ToArray();
    }

    public static async Task<string> GetTextAsync(this ISandboxSession session, string path, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await session.GetBytesAsync(path, cancellationToken));

    public static async Task<List<GuestEntry>> ListAllAsync(this ISandboxSession session, string path, CancellationToken cancellationToken)
    {
        var entries = new List<GuestEntry>();
        await foreach (var entry in session.ListAsync(path, cancellationToken))
        {
            entries.Add(entry);
        }

        return entries;
    }

    public static async Task<IReadOnlyList<string>> NamesAsync(this ISandboxSession session, string path, CancellationToken cancellationToken) =>
        [.. (await session.ListAllAsync(path, cancellationToken)).Select(static entry => entry.Name).Order(StringComparer.Ordinal)];
}
