using System.Threading.Channels;
using DesktopGrid.VmSandbox.Boinc.GuestBridge;
using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>
/// Hears the client from the first moment on, while parts are unpacked and before there is a machine. Never waits for the machine: a word to quit must not
/// stand behind one to suspend.
/// </summary>
/// <param name="task">The client.</param>
/// <param name="suspending">Whether it wants the task to stand.</param>
/// <param name="tell">Where a reader of stderr.txt is told.</param>
/// <param name="time">The clock.</param>
internal sealed class ClientObedience(BoincTask task, SuspendSwitch suspending, Action<string> tell, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Channel<ClientWord> _carried = Channel.CreateUnbounded<ClientWord>();
    private volatile RunEnd? _wanted;
    private long _heardAt;

    /// <summary>What the client wants; null while it lets the task run.</summary>
    public RunEnd? Wanted => _wanted;

    /// <summary>How long ago the client said so.</summary>
    public TimeSpan Since => _wanted is null ? TimeSpan.Zero : time.GetElapsedTime(_heardAt);

    /// <summary>The bridge to an application in the guest, once there is one.</summary>
    public ApiBridge? Bridge { get; set; }

    /// <summary>Somebody else ends the run as the client's quit would: the computer is shut down.</summary>
    public void Quit() => Want(new RunEnd.Kept());

    /// <summary>The task itself makes room: its work is kept, and it asks to be started later.</summary>
    public void Postpone(TimeSpan delay, string reason) => Want(new RunEnd.Postponed(delay, reason));

    /// <summary>Lets something run, and hears the client meanwhile.</summary>
    /// <param name="act">What runs; given the token that ends it.</param>
    /// <param name="stop">The computer ends this process: as the client's quit.</param>
    /// <returns>How it ended; where the client's word came first, what that wants.</returns>
    public async Task<RunEnd> WhileAsync(Func<CancellationToken, Task<RunEnd>> act, CancellationToken stop)
    {
        using var hearing = new CancellationTokenSource();
        using var stopping = stop.Register(Quit);
        var heard = Task.WhenAll(HearAsync(hearing.Token), CarryAsync(hearing.Token));
        try
        {
            return await act(_end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            return _wanted ?? new RunEnd.Kept();
        }
        finally
        {
            await hearing.CancelAsync().ConfigureAwait(false);
            await heard.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _end.Dispose();

    private async Task HearAsync(CancellationToken cancellationToken)
    {
        await foreach (var word in task.Words.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            switch (word)
            {
                case ClientWord.Suspend or ClientWord.Resume:
                    suspending.Want(word is ClientWord.Suspend);
                    break;
                case ClientWord.Quit:
                    Want(new RunEnd.Kept());
                    break;
                case ClientWord.ClientLost:
                    tell("the client is gone");
                    Want(new RunEnd.Kept());
                    break;
                case ClientWord.Abort:
                    Want(new RunEnd.Aborted());
                    break;
                default:
                    _carried.Writer.TryWrite(word);
                    break;
            }
        }
    }

    /// <summary>Carries words to the application in the guest. Apart from hearing: a guest that stands lets them wait.</summary>
    private async Task CarryAsync(CancellationToken cancellationToken)
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
                task.Reread();
            }

            if (Bridge is { } bridge)
            {
                await bridge.HearClientAsync(word, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SandboxException or IOException or UnauthorizedAccessException)
        {
            tell($"a word of the client's ({word}) could not be carried out: {e.Message}");
        }
    }

    private void Want(RunEnd wanted)
    {
        // An abort after a quit is obeyed too; a quit after an abort is not.
        if (_wanted is not RunEnd.Aborted)
        {
            if (_wanted is null)
            {
                _heardAt = time.GetTimestamp();
            }

            _wanted = wanted;
        }

        _end.Cancel();
    }
}
