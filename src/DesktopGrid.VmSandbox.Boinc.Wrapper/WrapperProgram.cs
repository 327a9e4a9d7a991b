using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Options;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Setup;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper;

/// <summary>The whole program, in a slot: runs the task, and turns its end into what the client reads.</summary>
internal static class WrapperProgram
{
    /// <summary>
    /// The version of the protocol that this program speaks. A project's <c>update_versions</c> looks for it in the file itself, as plain bytes, and without it
    /// a client on Unix would give this program another kind of shared memory.
    /// </summary>
    public static ReadOnlySpan<byte> ApiVersion => "API_VERSION_7.20.0"u8;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(5);

    // As BOINC's own library postpones a task whose slot is held (api/boinc_api.cpp).
    private static readonly TimeSpan SlotHeldDelay = TimeSpan.FromMinutes(10);

    /// <summary>Runs it.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="notes">Where a reader of stderr.txt is told.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">The computer ends this process.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TaskNotes notes, TimeProvider time, CancellationToken stop)
    {
        SocketFolder.Choose(Environment.CurrentDirectory);
        BoincTask? task = null;
        try
        {
            task = await BoincTask.OpenAsync(new BoincTaskOptions { Time = time }, stop).ConfigureAwait(false);
            var end = await new TaskComposition(task, WrapperArguments.Of(args), notes, time).RunAsync(stop).ConfigureAwait(false);
            return await TellAsync(task, end, notes).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Before anything was begun: the client starts it again.
            return 0;
        }
        catch (SandboxException e)
        {
            return await RefuseAsync(task, e, notes).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A fault of ours must not cost a task its hours: it is told, and the task is tried again.
            notes.Tell($"unexpected: {e}");
            return await RefuseAsync(task, new BoincException(SandboxErrorCode.BoincUnsupported, $"The wrapper has a fault: {e.Message}", e) { IsTransient = true }, notes).ConfigureAwait(false);
        }
        finally
        {
            if (task is not null)
            {
                await task.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task<int> TellAsync(BoincTask task, RunEnd end, TaskNotes notes)
    {
        switch (end)
        {
            case RunEnd.Finished finished:
                notes.Tell(finished.Message ?? $"finished with exit code {finished.ExitCode}");
                await task.FinishAsync(finished.ExitCode).ConfigureAwait(false);
                return finished.ExitCode;
            case RunEnd.Postponed postponed:
                notes.Tell($"to be started again in {postponed.Delay.TotalSeconds:F0} s: {postponed.Reason}");
                task.Postpone(postponed.Delay, postponed.Reason);
                return 0;
            case RunEnd.Aborted:
                notes.Tell("aborted by the client");
                return (int)BoincExitCode.AbortedByClient;
            default:
                // No word that it is finished: the client starts it again.
                return 0;
        }
    }

    /// <summary>
    /// What cannot begin: later, where that may help; else for good. A task that nobody can start with one sentence in stderr.txt is better than one that is
    /// tried a hundred times.
    /// </summary>
    private static async Task<int> RefuseAsync(BoincTask? task, SandboxException e, TaskNotes notes)
    {
        notes.Tell(e.Message);
        try
        {
            if (e.IsTransient || e.Code is SandboxErrorCode.DiskFull)
            {
                SlotNotices.TemporaryExit(Environment.CurrentDirectory, task is null ? SlotHeldDelay : RetryDelay, e.Sentence);
                return 0;
            }

            if (task is not null)
            {
                await task.FinishAsync((int)BoincExitCode.InitFailure).ConfigureAwait(false);
            }

            return (int)BoincExitCode.InitFailure;
        }
        catch (BoincException unwritable)
        {
            // Nothing can be left in the slot; without a word there, the client tries again.
            notes.Tell(unwritable.Message);
            return 0;
        }
    }
}
