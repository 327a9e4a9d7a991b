using System.Buffers;
using System.Runtime.ExceptionServices;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Jobs.Running;

/// <summary>Follows a running program: keeps and logs its output, hears its reports, and watches its limits.</summary>
internal sealed class ProgramWatch(JobLimits limits, IRunningMachine machine, JobClock clock, Func<TaskOutput, ValueTask>? onOutput, FractionDoneSource? fraction = null)
{
    /// <summary>The message by which a program tells how far it is: a number from 0 to 1.</summary>
    public const string FractionDoneKey = "fraction_done";

    private readonly ArrayBufferWriter<byte> _stdout = new();
    private readonly ArrayBufferWriter<byte> _stderr = new();
    private readonly Queue<GuestMessage> _messages = new();
    private long _messageCharacters;
    private readonly (FractionLines Stdout, FractionLines Stderr)? _fractions = fraction?.OutputPattern is { } pattern ? (new(FractionLines.Compile(pattern)), new(FractionLines.Compile(pattern))) : null;
    private readonly LineSplitter _stdoutLines = new(line => machine.Log.Write(LogSource.Stdout, line));
    private readonly LineSplitter _stderrLines = new(line => machine.Log.Write(LogSource.Stderr, line));

    public ReadOnlyMemory<byte> StandardOutput => _stdout.WrittenMemory;

    public ReadOnlyMemory<byte> StandardError => _stderr.WrittenMemory;

    public IReadOnlyList<GuestMessage> Messages => [.. _messages];

    /// <summary>What it measures from outside meanwhile.</summary>
    public LimitWatch Limits { get; } = new(limits, machine, clock);

    /// <summary>What the caller's own taker of output threw: its affair, whatever type it has.</summary>
    public ExceptionDispatchInfo? CallerFault { get; private set; }

    /// <param name="session">The way to the program.</param>
    /// <param name="end">Ends the machine: where a program is to run no longer, before its caller's taker of output is waited for, which takes what time it likes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="JobException">A limit was passed.</exception>
    public async Task<GuestTaskStatus> RunAsync(IDiskSession session, Func<Task> end, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = FollowAsync(session, over.Token);
        var watching = Limits.RunAsync(over.Token);
        var givenUp = Task.Delay(Timeout.InfiniteTimeSpan, machine.Time, over.Token);
        var looking = fraction?.File is { } file ? new FractionFile(file, session, machine.Time).WatchAsync(clock.Done, over.Token) : givenUp;
        try
        {
            await (await Task.WhenAny(following, watching, looking, givenUp).ConfigureAwait(false)).ConfigureAwait(false);
            return await following.ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            if (!following.IsCompleted)
            {
                await end().ConfigureAwait(false);
            }

            await ((Task)following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<GuestTaskStatus> FollowAsync(ISandboxSession session, CancellationToken cancellationToken)
    {
        await foreach (var happened in session.FollowAsync(default, cancellationToken).ConfigureAwait(false))
        {
            switch (happened)
            {
                case TaskOutput output:
                    await TakeAsync(output).ConfigureAwait(false);
                    break;
                case TaskMessage { Message: var message }:
                    Take(message);
                    break;
                case TaskEnded { Status: var status }:
                    _stdoutLines.Flush();
                    _stderrLines.Flush();
                    Tell(_fractions?.Stdout.Finish());
                    Tell(_fractions?.Stderr.Finish());
                    return status;
            }
        }

        throw new SessionException(SandboxErrorCode.SessionProtocol, "The guest's daemon stopped telling about the program before its end.");
    }

    private async Task TakeAsync(TaskOutput output)
    {
        var (kept, lines) = output.IsError ? (_stderr, _stderrLines) : (_stdout, _stdoutLines);
        // The guest promised to keep no more; its promise is worth nothing.
        var fits = (int)Math.Min(output.Bytes.Length, limits.StandardOutputBytes - kept.WrittenCount);
        kept.Write(output.Bytes.Span[..fits]);
        lines.Add(output.Bytes.Span[..fits]);
        Tell((output.IsError ? _fractions?.Stderr : _fractions?.Stdout)?.Add(output.Bytes.Span[..fits]));
        if (onOutput is not null && fits > 0)
        {
            try
            {
                await onOutput(output with { Bytes = output.Bytes[..fits] }).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                CallerFault = ExceptionDispatchInfo.Capture(e);
                throw;
            }
        }
    }

    private void Take(GuestMessage message)
    {
        _messages.Enqueue(message);
        _messageCharacters += message.Value.Length;
        while (_messages.Count > ProtocolLimits.MaxMessagesKept || _messageCharacters > ProtocolLimits.MaxMessageCharactersKept)
        {
            _messageCharacters -= _messages.Dequeue().Value.Length;
        }

        if (message.Key == FractionDoneKey)
        {
            Tell(FractionText.OfMessage(message.Value));
        }
    }

    private void Tell(double? done)
    {
        if (done is { } known)
        {
            clock.Done(known);
        }
    }
}
