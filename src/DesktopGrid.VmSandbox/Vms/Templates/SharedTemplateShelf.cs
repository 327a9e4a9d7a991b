namespace DesktopGrid.VmSandbox.Vms.Templates;

/// <summary>
/// Where templates in shared memory are kept: a few, each until nobody has wanted it for a while. What is taken from here may be given up the next
/// moment; a machine that has it keeps it.
/// </summary>
internal sealed class SharedTemplateShelf(TimeProvider time) : IDisposable
{
    /// <summary>How many are kept; what one takes is what the template's guest had in use, and with time as much as its machines have RAM.</summary>
    internal const int MostKept = 4;

    /// <summary>How long one is kept that nobody wants.</summary>
    internal static readonly TimeSpan KeptUnused = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    // The one that was wanted last is the last.
    private readonly List<Kept> _kept = [];
    private bool _isDisposed;

    /// <summary>The one of a template, and of that very making of it; wanted now.</summary>
    public SharedTemplate? Find(string key, string version)
    {
        lock (_lock)
        {
            if (_kept.Find(kept => kept.Key == key && kept.Shared.Version == version) is not { } found)
            {
                return null;
            }

            found.WantedAt = time.GetTimestamp();
            found.Expiry.Change(KeptUnused, Timeout.InfiniteTimeSpan);
            _kept.Remove(found);
            _kept.Add(found);
            return found.Shared;
        }
    }

    /// <summary>Whether it is still here.</summary>
    public bool Has(SharedTemplate shared)
    {
        lock (_lock)
        {
            return _kept.Exists(kept => kept.Shared == shared);
        }
    }

    /// <summary>Takes one, in the place of another of its template; the one that was unwanted for longest goes when they are too many.</summary>
    public void Keep(string key, SharedTemplate made)
    {
        Forget(other => other == key);
        bool isKept;
        lock (_lock)
        {
            isKept = !_isDisposed;
            if (isKept)
            {
                // A timer that goes off while somebody is just taking it finds that it is wanted.
                var expiry = time.CreateTimer(_ => Remove(kept => kept.Shared == made && time.GetElapsedTime(kept.WantedAt) >= KeptUnused), null, KeptUnused, Timeout.InfiniteTimeSpan);
                _kept.Add(new Kept(key, made, expiry) { WantedAt = time.GetTimestamp() });
            }
        }

        if (!isKept)
        {
            made.Dispose();
        }

        Remove(kept => _kept.IndexOf(kept) < _kept.Count - MostKept);
    }

    /// <summary>Gives up those of some templates.</summary>
    public void Forget(Predicate<string> isMeant) => Remove(kept => isMeant(kept.Key));

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }

        Remove(static _ => true);
    }

    private void Remove(Predicate<Kept> isMeant)
    {
        List<Kept> gone;
        lock (_lock)
        {
            gone = _kept.FindAll(isMeant);
            _kept.RemoveAll(gone.Contains);
        }

        foreach (var kept in gone)
        {
            kept.Expiry.Dispose();
            kept.Shared.Dispose();
        }
    }

    /// <summary>One of them, and the timer after which it is given up.</summary>
    private sealed class Kept(string key, SharedTemplate shared, ITimer expiry)
    {
        public string Key { get; } = key;

        public SharedTemplate Shared { get; } = shared;

        public ITimer Expiry { get; } = expiry;

        public long WantedAt { get; set; }
    }
}
