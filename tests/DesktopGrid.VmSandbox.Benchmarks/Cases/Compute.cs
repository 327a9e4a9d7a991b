using System.Diagnostics;
using System.Globalization;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// The sandbox's own cost: the same program, busybox hashing a file of zeros, in a guest of ours, in one by hand, and on this computer itself. Each sample
/// is a ratio of two runs that followed each other, by CPU time of the QEMU process or of the program: what the computer does besides stretches the
/// clock, not that.
/// </summary>
internal sealed class Compute(BenchRun run) : IBenchmark
{
    private const long Length = 64L * 1024 * 1024;

    // So that a task's begin and end, which other numbers tell, are a small part: <c>raw-init</c> does the same.
    private const int GuestTimes = 4;
    private const int NativeTimes = 16;

    private readonly Measure _overRaw = new("compute.over_raw", "×", Aim.AtMost(1.01), HasInterval: true);
    private readonly Measure _overNative = new("compute.over_native", "×", HasInterval: true);

    public IReadOnlyList<Measure> Measures => [_overRaw, _overNative];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pair = await run.PairAsync(cancellationToken);
        double ours = 0, raw = 0;
        if (run.Wants(_overRaw))
        {
            await RoundAsync();
            await run.InterleaveAsync(
                _overRaw.Name,
                run.Count(21),
                async () =>
                {
                    ours = await OursAsync(pair, cancellationToken);
                    Tell();
                },
                async () =>
                {
                    raw = await RawAsync(pair, cancellationToken);
                    Tell();
                },
                cancellationToken);
        }

        if (run.Wants(_overNative))
        {
            // Makes the file.
            await NativeAsync(cancellationToken);
            await OursAsync(pair, cancellationToken);
            for (var i = 0; i < run.Count(5); i++)
            {
                run.Say($"{_overNative.Name}: pair {i + 1}");
                run.Ours(_overNative, NativeTimes / GuestTimes * await OursAsync(pair, cancellationToken) / await NativeAsync(cancellationToken));
            }
        }

        void Tell()
        {
            if (ours > 0 && raw > 0)
            {
                run.Ours(_overRaw, ours / raw);
                (ours, raw) = (0, 0);
            }
        }

        // The emulator translates each program once.
        async Task RoundAsync() => _ = (await OursAsync(pair, cancellationToken), await RawAsync(pair, cancellationToken));
    }

    private async Task<double> OursAsync(GuestPair pair, CancellationToken cancellationToken)
    {
        var machines = (await run.HostAsync(cancellationToken)).Machines;
        var before = (await machines.GetStatusAsync(pair.Machine, cancellationToken)).CpuTime;
        await pair.Session.StartAsync(new TaskStartRequest { TaskId = Guid.NewGuid().ToString("N"), Program = "/bin/sh", Arguments = ["-c", Hash("zeros", GuestTimes)] }, cancellationToken: cancellationToken);
        await foreach (var happened in pair.Session.FollowAsync(default, cancellationToken))
        {
            if (happened is TaskEnded { Status.ExitCode: not 0 })
            {
                throw new InvalidDataException("The guest's program failed.");
            }
        }

        return ((await machines.GetStatusAsync(pair.Machine, cancellationToken)).CpuTime - before).TotalMilliseconds;
    }

    private static async Task<double> RawAsync(GuestPair pair, CancellationToken cancellationToken)
    {
        var before = pair.Raw.CpuTime;
        await pair.Raw.WorkAsync(Length, cancellationToken);
        return (pair.Raw.CpuTime - before).TotalMilliseconds;
    }

    /// <summary>CPU time of a shell and its children, which the shell itself tells (POSIX, <c>times</c>: its own, then theirs).</summary>
    private async Task<double> NativeAsync(CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("busybox", ["sh", "-c", $"{Hash(Path.Combine(run.Folder.Root, "zeros"), NativeTimes)}; times"]) { RedirectStandardOutput = true })!;
        using var output = process.StandardOutput;
        var said = await output.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return said.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Sum(static word =>
            word.Split('m') is [var minutes, var seconds] ? (60_000 * double.Parse(minutes, CultureInfo.InvariantCulture)) + (1000 * double.Parse(seconds.TrimEnd('s'), CultureInfo.InvariantCulture)) : throw new InvalidDataException($"busybox said \"{word}\"."));
    }

    /// <summary>One program that only computes: with a pipe between two, how often the guest switches between them would decide.</summary>
    private static string Hash(string file, int times) =>
        string.Create(CultureInfo.InvariantCulture, $"[ -e {file} ] || dd if=/dev/zero of={file} bs=65536 count={Length / 65536} status=none; for i in $(seq {times}); do sha256sum {file} >/dev/null; done");
}
