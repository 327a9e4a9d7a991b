using System.Diagnostics;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;

/// <summary>Waits for what another process does in its own time: looks again and again, within a bound.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Looks until there is something.</summary>
    /// <exception cref="TimeoutException">There was nothing in time.</exception>
    public static async Task<T> FindAsync<T>(Func<Task<T?>> look, Func<string> describe, TimeSpan bound, CancellationToken cancellationToken)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            if (clock.Elapsed > bound)
            {
                throw new TimeoutException($"{describe()} (after {bound.TotalSeconds:0} s)");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    public static Task HoldsAsync(Func<bool> condition, Func<string> describe, TimeSpan bound, CancellationToken cancellationToken) =>
        FindAsync(() => Task.FromResult(condition() ? "" : null), describe, bound, cancellationToken);
}
