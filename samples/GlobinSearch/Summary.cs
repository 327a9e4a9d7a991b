using System.Globalization;
using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.GlobinSearch;

/// <summary>What came of it, for people.</summary>
internal static class Summary
{
    private const int Shown = 5;

    public static void WriteHits(TextWriter writer, string what, IReadOnlyList<SearchHit> hits)
    {
        writer.WriteLine();
        writer.WriteLine(Invariant($"{hits.Count} hits among {what}, the best {Math.Min(Shown, hits.Count)}:"));
        foreach (var hit in hits.Take(Shown))
        {
            writer.WriteLine(Invariant($"    {hit.Sequence,-22} score {hit.Score,6:0.0}   E-value {hit.EValue}"));
        }
    }

    public static void WriteRun(TextWriter writer, JobResult result)
    {
        writer.WriteLine();
        writer.WriteLine(result.Signal is { } signal ? Invariant($"exit code      none: signal {signal} ended the program") : Invariant($"exit code      {result.ExitCode}"));
        writer.WriteLine(Invariant($"CPU time       {result.CpuTime.TotalSeconds:0.00} s of the program by the guest's count, {result.HostCpuTime.TotalSeconds:0.00} s of QEMU by the host's"));
        writer.WriteLine("               on a busy host the guest's own count is the larger one: its clock runs while it waits for the processor");
        writer.WriteLine(Invariant($"memory         {result.PeakMemoryBytes / 1048576.0:0.0} MiB at most"));
        writer.WriteLine(Invariant($"phases         {string.Join(", ", result.Phases.Select(phase => Invariant($"{phase.Phase.ToString().ToLowerInvariant()} {phase.Duration.TotalSeconds:0.00} s")))}"));
        writer.WriteLine($"machine        {result.MachineType}, started {result.StartPath.ToString().ToLowerInvariant()}, QEMU {result.QemuVersion}");
        writer.WriteLine($"CPU model      {result.CpuModel}");
        writer.WriteLine($"accelerator    {result.Accelerator}; as a barrier: {result.Assurance}");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
