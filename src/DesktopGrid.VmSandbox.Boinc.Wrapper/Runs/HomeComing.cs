using System.Text;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Guests;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>The programs are done: what they wrote comes home, and the machine goes.</summary>
/// <param name="parts">The run.</param>
/// <param name="host">The project's store.</param>
/// <param name="mostBytes">The most bytes of all outputs together.</param>
internal sealed class HomeComing(RunParts parts, SandboxHost host, long mostBytes)
{
    // The client sends the last 63 KB of stderr.txt to the project (client/app_control.cpp); some of it is ours.
    private const int ErrorBytes = 60 * 1024;

    /// <summary>Brings it home.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="verdict">How the programs ended.</param>
    /// <param name="end">Gives up; nothing is removed then.</param>
    /// <returns>How the task ended.</returns>
    /// <exception cref="SandboxException">A good result cannot be brought home.</exception>
    public async Task<RunEnd> OfAsync(TaskMachine machine, RunEnd verdict, CancellationToken end)
    {
        var isGood = verdict is RunEnd.Finished { ExitCode: 0 };
        await TellErrorAsync(machine, end).ConfigureAwait(false);
        try
        {
            await new TaskOutputs(machine, mostBytes, parts.Tell).TakeAsync(isGood ? parts.Plan.ZipOutput : null, end).ConfigureAwait(false);
        }
        catch (SandboxException e) when (e.Code is SandboxErrorCode.GuestTooLarge && isGood)
        {
            verdict = RunEnd.With(BoincExitCode.DiskLimitExceeded, $"the outputs are larger than the work unit allows ({mostBytes} bytes): {e.Sentence}");
        }
        catch (SandboxException e) when (!isGood && !end.IsCancellationRequested)
        {
            parts.Tell($"outputs could not be taken out: {e.Sentence}");
        }

        // First the word of it: whoever ends this process now must not cost the task its hours.
        (machine.Record with { Done = verdict is RunEnd.Finished { ExitCode: var code } ? code : null }).Write(parts.Task.Slot);
        await new MachineRoom(host, parts.Tell).RemoveAsync(machine.Record.Machine).ConfigureAwait(false);
        return verdict;
    }

    private async Task TellErrorAsync(TaskMachine machine, CancellationToken end)
    {
        try
        {
            var bytes = await machine.Session.GetEndAsync(GuestPaths.StandardError, ErrorBytes, end).ConfigureAwait(false);
            if (bytes.Length > 0)
            {
                parts.Tell($"the program's standard error:\n{ConsoleText.Printable(Encoding.UTF8.GetString(bytes))}");
            }
        }
        catch (SandboxException) when (!end.IsCancellationRequested)
        {
            // It wrote none, or removed it.
        }
    }
}
