using System.ComponentModel;
using System.Diagnostics;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Platform.Processes;

/// <summary>Runs a launcher's tool once: one that is there may still be refused.</summary>
internal static class ToolTrial
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    /// <summary>What went wrong; null when it ended well.</summary>
    public static async Task<TrialFault?> FaultOfAsync(string tool, IEnumerable<string> arguments, TimeProvider time, CancellationToken cancellationToken)
    {
        using var bound = Deadline.After(Bound, time).Enter(cancellationToken);
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardError = true, RedirectStandardInput = true, RedirectStandardOutput = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            return new TrialFault(e.Message);
        }

        using (process)
        {
            process.StandardInput.Close();
            try
            {
                // .NET leaves a process's streams to whoever has taken them.
                using var standardOutput = process.StandardOutput;
                using var standardError = process.StandardError;
                var output = standardOutput.ReadToEndAsync(bound.Token);
                var errors = await standardError.ReadToEndAsync(bound.Token).ConfigureAwait(false);
                await output.ConfigureAwait(false);
                await process.WaitForExitAsync(bound.Token).ConfigureAwait(false);
                return process.ExitCode == 0 ? null : new TrialFault(errors.Trim() is { Length: > 0 } said ? said.Split('\n')[0] : $"it ended with exit code {process.ExitCode}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();
                return new TrialFault($"it did not end within {Bound.TotalSeconds:0} s", TimedOut: true);
            }
        }
    }
}
