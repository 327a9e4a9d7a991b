using System.ComponentModel;
using System.Diagnostics;
using DesktopGrid.VmSandbox.Boinc.Control.Platform;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Measuring;

/// <summary>The yardstick outside of a guest. Where Linux programs do not run, the same steps are done in C#.</summary>
internal sealed class NativeYardstick(TimeProvider time)
{
    private const int Repetitions = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The shortest of a few runs: what the others took longer is other programs' doing.</summary>
    /// <exception cref="BoincException">It cannot be run.</exception>
    public async Task<TimeSpan> MeasureAsync(CancellationToken cancellationToken)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < Repetitions; i++)
        {
            var took = HostKind.RunsLinuxPrograms ? await RunAsync(cancellationToken).ConfigureAwait(false) : Compute();
            best = took < best ? took : best;
        }

        return best;
    }

    private async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("vmsandbox-yardstick");
        try
        {
            var file = Path.Combine(folder.FullName, "yardstick");
            await File.WriteAllBytesAsync(file, YardstickProgram.ToBytes(), cancellationToken).ConfigureAwait(false);
            FileRights.LetRun(file);
            using var scope = Deadline.After(Patience, time).Enter(cancellationToken);
            return await RunAsync(file, scope.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new BoincException(SandboxErrorCode.BoincUnsupported, $"This computer's speed cannot be measured: {e.Message}", e) { Advice = "Set TMPDIR to a folder in which programs may run, or say the factor by --factor." };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<TimeSpan> RunAsync(string file, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(file) { RedirectStandardOutput = true, UseShellExecute = false }) ?? throw new IOException("the program does not start");
        try
        {
            var output = new byte[YardstickProgram.OutputBytes];
            var length = await process.StandardOutput.BaseStream.ReadAtLeastAsync(output, output.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return YardstickProgram.ReadOutput(output.AsSpan(0, length)) ?? throw new IOException("the program did not say how long it took");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private TimeSpan Compute()
    {
        var start = time.GetTimestamp();
        var memory = new ulong[8192];
        var number = 0x9e3779b97f4a7c15ul;
        for (var i = 0; i < YardstickProgram.Rounds; i++)
        {
            number ^= number << 13;
            number ^= number >> 7;
            number ^= number << 17;
            memory[(number & 0xfff8) >> 3] += number;
        }

        double one = 0, other = 0;
        for (var i = 0; i < YardstickProgram.Rounds; i++)
        {
            one = (one * 0.999) + 0.5;
            other = (other * 0.999) + 0.5;
        }

        // The sum is used, so that nothing of it is left out.
        return time.GetElapsedTime(start) + TimeSpan.FromTicks(one + other + memory[0] == 0 ? 1 : 0);
    }
}
