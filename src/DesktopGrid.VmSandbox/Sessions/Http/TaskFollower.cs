using System.Runtime.CompilerServices;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>Turns the daemon's answers into one stream: it never calls by itself, so a request waits with it for news.</summary>
internal sealed class TaskFollower(TaskVerbs verbs)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);
    // A guest that answers at once and tells nothing new would keep the host busy: it is asked no faster than this.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public async IAsyncEnumerable<TaskEvent> FollowAsync(TaskPosition position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = true;
        string? task = null;
        while (true)
        {
            // The first look does not wait: what is there already is old news.
            var (known, mayBeOld) = (position, first);
            var status = await verbs.WaitAsync(position, first ? TimeSpan.Zero : Wait, cancellationToken).ConfigureAwait(false);
            if (status.State == GuestTaskState.None)
            {
                throw new SessionException(SandboxErrorCode.GuestTaskState, "No program was started since the work directory was last emptied.");
            }

            if (!first && status.TaskId != task)
            {
                throw new SessionException(SandboxErrorCode.GuestTaskState, "The program that was followed is gone: another one was started in its place.");
            }

            (first, task) = (false, status.TaskId);

            foreach (var isError in (bool[])[false, true])
            {
                var seen = isError ? position.Stderr : position.Stdout;
                if ((isError ? status.StderrLength : status.StdoutLength) <= seen)
                {
                    continue;
                }

                // What the program writes meanwhile is for the next round, so that one stream does not keep the other waiting.
                while (seen < (isError ? status.StderrLength : status.StdoutLength))
                {
                    var bytes = await verbs.OutputAsync(isError, seen, cancellationToken).ConfigureAwait(false);
                    if (bytes.IsEmpty)
                    {
                        throw new SessionException(SandboxErrorCode.SessionProtocol, "The guest's daemon claims output that it does not have.");
                    }

                    yield return new TaskOutput(isError, seen, bytes);
                    seen += bytes.Length;
                    position = isError ? position with { Stderr = seen } : position with { Stdout = seen };
                }
            }

            if (status.LastMessage > position.Message)
            {
                var before = position.Message;
                foreach (var message in await verbs.MessagesToHostAsync(position.Message, cancellationToken).ConfigureAwait(false))
                {
                    position = position with { Message = message.Number };
                    yield return new TaskMessage(message);
                }

                if (position.Message == before)
                {
                    throw new SessionException(SandboxErrorCode.SessionProtocol, "The guest's daemon claims messages that it does not have.");
                }
            }

            if (status.State == GuestTaskState.Exited && status.StdoutLength <= position.Stdout && status.StderrLength <= position.Stderr && status.LastMessage <= position.Message)
            {
                yield return new TaskEnded(status);
                yield break;
            }

            if (position == known && !mayBeOld)
            {
                await Task.Delay(Pause, verbs.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
