using System.Diagnostics;
using System.Text;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// What the library's own process uses of a core while a job computes and reports every other second: QEMU's own time is the guest's and
/// is not counted. By hand: this process while a guest's shell computes just so and it waits for the shell's answer.
/// </summary>
internal sealed class HostCpu(BenchRun run) : IBenchmark
{
    private const int Seconds = 20;

    private readonly Measure _percent = new("host.cpu.percent", "% of a core", Aim.AtMost(1));

    public IReadOnlyList<Measure> Measures => [_percent];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var host = await run.HostAsync(cancellationToken);
        var pair = await run.PairAsync(cancellationToken);
        // Of a job of hours the compiler's work at its beginning is nothing; of one of seconds it would be most.
        await OursAsync(host.Host, cancellationToken);
        await run.InterleaveAsync(
            _percent.Name,
            run.Count(3),
            async () => run.Ours(_percent, await OursAsync(host.Host, cancellationToken)),
            async () => run.Raw(_percent, await RawAsync(pair, cancellationToken)),
            cancellationToken);
    }

    private static async Task<double> OursAsync(SandboxHost host, CancellationToken cancellationToken)
    {
        var job = new SandboxJob
        {
            Program = "/bin/sh",
            Arguments = ["-c", $"echo begin; for i in $(seq {Seconds / 2}); do timeout 2 sha256sum /dev/zero; msg_to_host fraction_done $(awk \"BEGIN {{ print $i / {Seconds / 2} }}\"); done; echo end"],
            Machine = new VmOptions { MemoryMiB = OurHost.MemoryMiB },
        };
        Meter? meter = null;
        double? share = null;
        await host.RunAsync(job, new Progress<JobProgress>(), Watch, cancellationToken);
        return share ?? throw new InvalidDataException("The job did not say when it began and ended.");

        ValueTask Watch(TaskOutput output)
        {
            var text = Encoding.ASCII.GetString(output.Bytes.Span);
            if (text.Contains("begin", StringComparison.Ordinal))
            {
                meter = new Meter();
            }

            if (text.Contains("end", StringComparison.Ordinal))
            {
                share = meter?.Percent();
            }

            return ValueTask.CompletedTask;
        }
    }

    private static async Task<double> RawAsync(GuestPair pair, CancellationToken cancellationToken)
    {
        var meter = new Meter();
        await pair.Raw.ComputeAsync(Seconds, cancellationToken);
        return meter.Percent();
    }

    /// <summary>CPU time of this process against the clock, from now on.</summary>
    private sealed class Meter
    {
        private readonly TimeSpan _cpu = Environment.CpuUsage.TotalTime;
        private readonly long _start = Stopwatch.GetTimestamp();

        public double Percent() => 100 * (Environment.CpuUsage.TotalTime - _cpu) / Stopwatch.GetElapsedTime(_start);
    }
}
