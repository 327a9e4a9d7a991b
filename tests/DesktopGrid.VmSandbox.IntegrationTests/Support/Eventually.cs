using System.Diagnostics;

namespace DesktopGrid.VmSandbox.IntegrationTests.Support;

/// <summary>Waits for what another process does in its own time: looks again and again, within a bound.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until the condition holds; fails with the sentence when the bound is over.</summary>
    public static async Task HoldsAsync(Func<bool> condition, string because, TimeSpan? bound = null)
    {
        var found = await FindAsync(() => condition() ? "" : null, bound);
        found.Should().NotBeNull(because);
    }

    /// <summary>Looks until there is something, or the bound is over: then null.</summary>
    public static async Task<T?> FindAsync<T>(Func<T?> look, TimeSpan? bound = null)
        where T : class
    {
        var limit = bound ?? TimeSpan.FromSeconds(20);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (look() is { } found)
            {
                return found;
            }

            if (clock.Elapsed > limit)
            {
                return null;
            }

            await Task.Delay(Pause);
        }
    }
}
