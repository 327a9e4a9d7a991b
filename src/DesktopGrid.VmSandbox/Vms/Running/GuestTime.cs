namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>
/// Time as it passes for one machine: it stands while the machine is suspended. What is asked of its guest is bounded by this time, so that a
/// volunteer who suspends the work for a night makes no request run out. The time of day goes on.
/// </summary>
internal sealed class GuestTime(TimeProvider time) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<StandingTimer> _armed = [];
    private long _stoodFor;
    private long? _standsSince;

    private TimeProvider Underlying => time;

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return (_standsSince ?? time.GetTimestamp()) - _stoodFor;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StandingTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>No timer fires from here on. Standing twice is standing once.</summary>
    public void Stand()
    {
        lock (_lock)
        {
            _standsSince ??= time.GetTimestamp();
            foreach (var timer in _armed)
            {
                timer.Hold();
            }
        }
    }

    /// <summary>Time goes on; each timer has what was left of it.</summary>
    public void GoOn()
    {
        lock (_lock)
        {
            if (_standsSince is not { } since)
            {
                return;
            }

            _stoodFor += time.GetTimestamp() - since;
            _standsSince = null;
            foreach (var timer in _armed)
            {
                timer.Arm();
            }
        }
    }

    /// <summary>A timer that is held while its time stands. Everything of it happens under the time's lock, but for the callback.</summary>
    private sealed class StandingTimer : ITimer
    {
        private readonly GuestTime _owner;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _timer;
        private TimeSpan _period;
        private long _start;
        private TimeSpan _due;
        private bool _isDisposed;

        public StandingTimer(GuestTime owner, TimerCallback callback, object? state)
        {
            (_owner, _callback, _state) = (owner, callback, state);
            _timer = owner.Underlying.CreateTimer(static timer => ((StandingTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_owner._lock)
            {
                if (_isDisposed)
                {
                    return false;
                }

                (_due, _period, _start) = (dueTime, period, _owner.GetTimestamp());
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    _owner._armed.Remove(this);
                    Hold();
                }
                else
                {
                    _owner._armed.Add(this);
                    Arm();
                }

                return true;
            }
        }

        public void Arm()
        {
            if (_owner._standsSince is null)
            {
                var left = _due - _owner.GetElapsedTime(_start);
                _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }

        public void Hold() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public void Dispose()
        {
            lock (_owner._lock)
            {
                _isDisposed = true;
                _owner._armed.Remove(this);
            }

            _timer.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            lock (_owner._lock)
            {
                _isDisposed = true;
                _owner._armed.Remove(this);
            }

            // Waits for a callback under way, as the contract of a timer says.
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        private void Fire()
        {
            lock (_owner._lock)
            {
                // It was held, changed or disposed of in the moment in which it fired.
                if (!_owner._armed.Contains(this) || _owner._standsSince is not null)
                {
                    return;
                }

                if (_due > _owner.GetElapsedTime(_start))
                {
                    Arm();
                    return;
                }

                if (_period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero)
                {
                    _owner._armed.Remove(this);
                }
                else
                {
                    (_due, _start) = (_period, _owner.GetTimestamp());
                    Arm();
                }
            }

            _callback(_state);
        }
    }
}
