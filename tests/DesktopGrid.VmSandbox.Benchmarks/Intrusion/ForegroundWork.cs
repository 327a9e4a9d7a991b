using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace DesktopGrid.VmSandbox.Benchmarks.Intrusion;

/// <summary>
/// The owner's own program, a process of its own: a fixed amount of work on all processors. It tells how long that took by the clock, and how long
/// its threads ran and waited for a processor by the kernel's count (Linux, Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat).
/// </summary>
internal static class ForegroundWork
{
    /// <summary>The first argument that makes this program the owner's.</summary>
    public const string Word = "foreground";

    private const int BlockSize = 64 * 1024;
    private const int FileBlocks = 128;
    private static readonly TimeSpan Calibration = TimeSpan.FromSeconds(0.5);

    /// <summary>Runs it: <c>foreground cpu|disk ROUNDS FOLDER</c>; no rounds mean to find out how many are done in a second.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments)
    {
        var (isDisk, rounds, folder) = (arguments[1] == "disk", long.Parse(arguments[2], CultureInfo.InvariantCulture), arguments[3]);
        var shares = new Share[Environment.ProcessorCount];
        // Everybody's first round is the runtime's own work.
        using var begin = new Barrier(shares.Length);
        var threads = shares.Select((_, i) => new Thread(() => shares[i] = Work(isDisk, rounds, Path.Combine(folder, $"foreground{i}"), begin))).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{shares.Max(static share => share.WallMs):0.000} {shares.Sum(static share => share.RanMs):0.000} {shares.Sum(static share => share.WaitedMs):0.000} {shares.Min(static share => share.RoundsPerSecond):0}"));
        return 0;
    }

    private static Share Work(bool isDisk, long rounds, string file, Barrier begin)
    {
        var block = new byte[BlockSize];
        Random.Shared.NextBytes(block);
        using var disk = isDisk ? new FileStream(file, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose) : null;
        Round(block, disk);
        begin.SignalAndWait();
        var (ranBefore, waitedBefore) = ReadStatistics();
        var start = Stopwatch.GetTimestamp();
        var done = 0L;
        while (rounds > 0 ? done < rounds : Stopwatch.GetElapsedTime(start) < Calibration)
        {
            Round(block, disk);
            done++;
        }

        var wall = Stopwatch.GetElapsedTime(start);
        var (ran, waited) = ReadStatistics();
        return new Share(wall.TotalMilliseconds, (ran - ranBefore) / 1e6, (waited - waitedBefore) / 1e6, done / wall.TotalSeconds);
    }

    /// <summary>Hashes a megabyte; with a disk, writes eight of them, waits until they are there, and reads them again.</summary>
    private static void Round(byte[] block, FileStream? disk)
    {
        for (var i = 0; i < 16; i++)
        {
            SHA256.HashData(block, block.AsSpan(0, SHA256.HashSizeInBytes));
        }

        if (disk is not null)
        {
            disk.Position = 0;
            for (var i = 0; i < FileBlocks; i++)
            {
                disk.Write(block);
            }

            disk.Flush(flushToDisk: true);
            disk.Position = 0;
            for (var i = 0; i < FileBlocks; i++)
            {
                disk.ReadExactly(block);
            }
        }
    }

    /// <summary>Nanoseconds on a processor, and in the line for one.</summary>
    private static (long Ran, long Waited) ReadStatistics()
    {
        var fields = File.ReadAllText("/proc/thread-self/schedstat").Split(' ');
        return (long.Parse(fields[0], CultureInfo.InvariantCulture), long.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    private readonly record struct Share(double WallMs, double RanMs, double WaitedMs, double RoundsPerSecond);
}
