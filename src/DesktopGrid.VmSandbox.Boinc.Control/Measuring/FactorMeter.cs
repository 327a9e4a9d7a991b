using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Measuring;

/// <summary>
/// Measures how many times slower a guest computes: the yardstick's CPU time here against the CPU time of the QEMU that runs it, less what that takes
/// for a program that does nothing. Both are counts of the host's kernel, so that a busy computer does not change them.
/// </summary>
/// <param name="cache">Where the last result is.</param>
/// <param name="open">Opens the host whose guests are measured.</param>
/// <param name="time">Measures patience.</param>
internal sealed class FactorMeter(FactorCache cache, Func<CancellationToken, Task<SandboxHost>> open, TimeProvider time)
{
    private const string Program = "yardstick";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>The factor, measured if it is not known yet; that takes some seconds under emulation, and longer on a busy computer.</summary>
    /// <exception cref="SandboxException">No guest runs here, or the yardstick does not.</exception>
    public async Task<EmulationFactor> FactorAsync(EngineParts engine, CancellationToken cancellationToken)
    {
        var key = await FactorKey.OfAsync(engine, cancellationToken).ConfigureAwait(false);
        if (cache.Find(key) is { } known)
        {
            return known;
        }

        var factor = await MeasureAsync(cancellationToken).ConfigureAwait(false);
        cache.Keep(key, factor);
        return factor;
    }

    private async Task<EmulationFactor> MeasureAsync(CancellationToken cancellationToken)
    {
        var native = await new NativeYardstick(time).MeasureAsync(cancellationToken).ConfigureAwait(false);
        var host = await open(cancellationToken).ConfigureAwait(false);
        await using var _ = host.ConfigureAwait(false);
        var limits = new JobLimits { WallTime = Patience };
        var idle = await host.RunAsync(new SandboxJob { Program = "/bin/true", Limits = limits }, cancellationToken).ConfigureAwait(false);
        var busy = await host.RunAsync(new SandboxJob { Program = Program, Inputs = [JobFile.FromBytes(Program, YardstickProgram.ToBytes(), isExecutable: true)], Limits = limits }, cancellationToken).ConfigureAwait(false);
        if (!busy.IsSuccess || YardstickProgram.ReadOutput(busy.StandardOutput.Span) is null)
        {
            throw new BoincException(SandboxErrorCode.BoincUnsupported, "A guest's speed cannot be measured: the yardstick failed in it.") { Advice = "Say the factor by --factor." };
        }

        return new EmulationFactor(Quotient(busy.HostCpuTime - idle.HostCpuTime, native), busy.Accelerator.ToString(), IsMeasured: true);
    }

    private static double Quotient(TimeSpan guest, TimeSpan native) => Math.Clamp(Math.Round(guest / native, 1), EmulationFactor.Least, EmulationFactor.Most);
}
