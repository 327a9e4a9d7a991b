using System.Globalization;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

/// <summary>
/// What a task uses while its client lets it run, and while it does not, by the client's own words. A stretch counts where nothing was said in it nor in the one
/// before: what the client says is obeyed a moment later.
/// </summary>
internal sealed record ThrottleAccount(IReadOnlyList<string> Words, TimeSpan Running, TimeSpan Standing, int StandingStretches)
{
    private static readonly TimeSpan Stretch = TimeSpan.FromMilliseconds(150);

    /// <summary>Watches until so much is done.</summary>
    public static async Task<ThrottleAccount> WatchAsync(TaskRun run, double fraction, CancellationToken cancellationToken)
    {
        var (running, standing, stretches, quiet) = (TimeSpan.Zero, TimeSpan.Zero, 0, 0);
        var (words, used) = (WordsOf(run), run.ComputingTime());
        var before = words.Count;
        for (var done = run.WaitForProgressAsync(fraction, cancellationToken); ; await Task.Delay(Stretch, cancellationToken))
        {
            var (heard, now) = (WordsOf(run), run.ComputingTime());
            // The word is written down before it is obeyed: read after the time that was used, it would be too late.
            quiet = heard.Count == words.Count && WordsOf(run).Count == heard.Count ? quiet + 1 : 0;
            if (quiet > 2 && heard[^1] == "<suspend/>")
            {
                (standing, stretches) = (standing + (now - used), stretches + 1);
            }
            else
            {
                running += now - used;
            }

            (words, used) = (heard, now);
            if (done.IsCompleted)
            {
                await done;
                return new ThrottleAccount([.. words.Skip(before)], running, standing, stretches);
            }
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Words.Count} words; used {Running.TotalSeconds:0.00} s, and {Standing.TotalSeconds:0.00} s in {StandingStretches} stretches in which it stood");

    private static List<string> WordsOf(TaskRun run) =>
        [.. run.Client.Data.Log().Where(static line => line.Contains("[app_msg_send] sent <", StringComparison.Ordinal) || line.Contains("delayed sent <", StringComparison.Ordinal))
            .Select(static line => line[line.IndexOf("sent <", StringComparison.Ordinal)..].Split(' ')[1]).Where(static word => word is "<suspend/>" or "<resume/>")];
}
