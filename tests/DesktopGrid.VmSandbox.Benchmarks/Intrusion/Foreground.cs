using System.Diagnostics;
using System.Globalization;

namespace DesktopGrid.VmSandbox.Benchmarks.Intrusion;

/// <summary>Starts the owner's program and takes what it tells. In a session of its own, as what an owner starts on a desktop is.</summary>
/// <param name="folder">Where its files lie.</param>
internal sealed class Foreground(string folder)
{
    private static readonly TimeSpan Wanted = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, long> _rounds = [];

    /// <summary>One run of the work; how much that is was settled by the first call, which should be made while nothing else runs.</summary>
    /// <param name="kind"><c>cpu</c> or <c>disk</c>.</param>
    /// <param name="cancellationToken">Gives up and ends it.</param>
    public async Task<ForegroundRun> RunAsync(string kind, CancellationToken cancellationToken)
    {
        if (!_rounds.TryGetValue(kind, out var rounds))
        {
            _rounds.Add(kind, rounds = Math.Max(1, (long)((await StartAsync(kind, 0, cancellationToken)).RoundsPerSecond * Wanted.TotalSeconds)));
        }

        return await StartAsync(kind, rounds, cancellationToken);
    }

    private async Task<ForegroundRun> StartAsync(string kind, long rounds, CancellationToken cancellationToken)
    {
        string[] words = [Environment.ProcessPath!, typeof(Foreground).Assembly.Location, ForegroundWork.Word, kind, rounds.ToString(CultureInfo.InvariantCulture), folder];
        using var process = Process.Start(new ProcessStartInfo("setsid", words) { RedirectStandardOutput = true })!;
        try
        {
            using var output = process.StandardOutput;
            var said = (await output.ReadToEndAsync(cancellationToken)).Split(' ');
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 && said.Length == 4
                ? new ForegroundRun(Number(said[0]), Number(said[1]), Number(said[2]), Number(said[3]))
                : throw new InvalidOperationException($"The foreground's program ended with exit code {process.ExitCode}.");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>What one run of the owner's program told.</summary>
/// <param name="WallMs">Milliseconds by the clock, of its slowest thread.</param>
/// <param name="RanMs">Milliseconds on a processor, of all its threads.</param>
/// <param name="WaitedMs">Milliseconds in the line for one, of all its threads.</param>
/// <param name="RoundsPerSecond">How fast its slowest thread was.</param>
internal sealed record ForegroundRun(double WallMs, double RanMs, double WaitedMs, double RoundsPerSecond);
