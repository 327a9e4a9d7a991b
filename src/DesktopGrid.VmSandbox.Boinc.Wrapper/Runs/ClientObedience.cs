using System.Threading.Channels;
using DesktopGrid.VmSandbox.Boinc.GuestBridge;
using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>Hears the client from the first moment on. Never waits for the machine: a word to quit must not stand behind one to suspend.</summary>
/// <param name="parts">The run.</param>
/// <param name="end">Ends the run.</param>
internal sealed class ClientObedience(RunParts parts, CancellationTokenSource end)
{
    private readonly Channel<ClientWord> _carried = Channel.CreateUnbounded<ClientWord>();
    private volatile RunEnd? _wanted;
    private long _heardAt;

    /// <summary>What the client wants; null while it lets the task run.</summary>
    public RunEnd? Wanted => _wanted;

    /// <summary>How long ago the client said so.</summary>
    public TimeSpan Since => _wanted is null ? TimeSpan.Zero : parts.Time.GetElapsedTime(_heardAt);

    /// <summary>The bridge to an application in the guest, once there is one.</summary>
    public ApiBridge? Bridge { get; set; }

    /// <summary>Somebody else ends the run as the client's quit would: the computer is shut down.</summary>
    public void Quit() => End(new RunEnd.Kept());

    /// <summary>The task itself makes room: its work is kept, and it asks to be started later.</summary>
    public void Postpone(TimeSpan delay, string reason) => End(new RunEnd.Postponed(delay, reason));

    /// <summary>Hears until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var word in parts.Task.Words.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            switch (word)
            {
                case ClientWord.Suspend or ClientWord.Resume:
                    parts.Switch.Want(word is ClientWord.Suspend);
                    break;
                case ClientWord.Quit:
                    End(new RunEnd.Kept());
                    break;
                case ClientWord.ClientLost:
                    parts.Tell("the client is gone");
                    End(new RunEnd.Kept());
                    break;
                case ClientWord.Abort:
                    End(new RunEnd.Aborted());
                    break;
                default:
                    _carried.Writer.TryWrite(word);
                    break;
            }
        }
    }

    /// <summary>Carries words to the application in the guest, until it is cancelled. Apart from hearing: a guest that stands lets them wait.</summary>
    public async Task CarryAsync(CancellationToken cancellationToken)
    {
        await foreach (var word in _carried.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await CarryAsync(word, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CarryAsync(ClientWord word, CancellationToken cancellationToken)
    {
        try
        {
            if (word is ClientWord.RereadInitData)
            {
                parts.Task.Reread();
            }

            if (Bridge is { } bridge)
            {
                await bridge.HearClientAsync(word, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SandboxException or IOException or UnauthorizedAccessException)
        {
            parts.Tell($"a word of the client's ({word}) could not be carried out: {e.Message}");
        }
    }

    private void End(RunEnd wanted)
    {
        // An abort after a quit is obeyed too; a quit after an abort is not.
        if (_wanted is not RunEnd.Aborted)
        {
            if (_wanted is null)
            {
                _heardAt = parts.Time.GetTimestamp();
            }

            _wanted = wanted;
        }

        end.Cancel();
    }
}
