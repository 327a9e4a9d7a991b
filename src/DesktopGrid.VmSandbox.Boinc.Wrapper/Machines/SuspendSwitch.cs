using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;

/// <summary>
/// Whether the client wants the task to stand. The last word counts: while one is carried out others may come, and a client that throttles sends one every
/// second.
/// </summary>
internal sealed class SuspendSwitch(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _changed = new(0);
    private readonly Lock _gate = new();
    private volatile bool _isWanted;
    private long _since = time.GetTimestamp();
    private TimeSpan _ran;
    private bool _stands;

    /// <summary>Whether the machine stands.</summary>
    public bool Stands
    {
        get
        {
            lock (_gate)
            {
                return _stands;
            }
        }
    }

    /// <summary>How long the machine has run, without the times in which it stood.</summary>
    public TimeSpan Ran
    {
        get
        {
            lock (_gate)
            {
                return _stands ? _ran : _ran + time.GetElapsedTime(_since);
            }
        }
    }

    /// <summary>Says what is wanted from now on.</summary>
    public void Want(bool suspended)
    {
        _isWanted = suspended;
        _changed.Release();
    }

    /// <summary>Keeps the machine to what is wanted, until it is cancelled or the machine ends.</summary>
    public async Task FollowAsync(TaskMachine machine, CancellationToken cancellationToken)
    {
        while (true)
        {
            var wanted = _isWanted;
            if (wanted != Stands)
            {
                try
                {
                    await (wanted ? machine.Host.Machines.SuspendAsync(machine.Id, cancellationToken) : machine.Host.Machines.ContinueAsync(machine.Id, cancellationToken)).ConfigureAwait(false);
                    Note(wanted);
                }
                catch (SandboxException) when (!cancellationToken.IsCancellationRequested)
                {
                    // The machine has ended, which whoever follows its program hears; or it would not, and is asked again below.
                }
            }

            // One that did not do what was wanted is asked again; the client says it once.
            await _changed.WaitAsync(_isWanted == Stands ? Timeout.InfiniteTimeSpan : Again, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _changed.Dispose();

    private void Note(bool stands)
    {
        lock (_gate)
        {
            if (stands)
            {
                _ran += time.GetElapsedTime(_since);
            }

            (_stands, _since) = (stands, time.GetTimestamp());
        }
    }
}
