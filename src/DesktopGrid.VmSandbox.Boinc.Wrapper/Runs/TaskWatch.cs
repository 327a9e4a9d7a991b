using System.Globalization;
using System.Text;
using System.Text.Json;
using DesktopGrid.VmSandbox.Boinc.GuestBridge;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Guests;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>Looks at a task while its program runs: CPU time, fraction done, time limit, trickles about CPU time, and what others may see.</summary>
/// <param name="parts">The run.</param>
/// <param name="machine">The machine.</param>
/// <param name="program">Which program runs.</param>
/// <param name="bridge">To an application that is linked with the BOINC API; null for others.</param>
/// <param name="obedience">Ends the run.</param>
internal sealed class TaskWatch(RunParts parts, TaskMachine machine, ProgramRun program, ApiBridge? bridge, ClientObedience obedience)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MemoryDelay = TimeSpan.FromMinutes(10);
    private const int FractionBytes = 64;
    private const int ConsoleBytes = 2048;

    // Every other look for what the client shows, every fifth for what people read.
    private const int FractionLook = 2;
    private const int ConsoleLook = 5;

    private readonly long _begin = parts.Time.GetTimestamp();
    private readonly PageOffer _page = new(parts.Task, Path.GetFullPath(Path.Combine(parts.Task.Slot, "..", "..")));
    private IReadOnlyList<string> _console = [];
    private TimeSpan _trickled;

    /// <summary>CPU time of the whole task at the last look.</summary>
    public TimeSpan CpuTime { get; private set; }

    /// <summary>As much of it as was kept.</summary>
    public TimeSpan KeptCpuTime { get; set; } = parts.Task.InitData?.EarlierCpuTime ?? TimeSpan.Zero;

    /// <summary>When the work was last kept; null while it was not.</summary>
    public DateTimeOffset? LastCheckpoint { get; set; } = machine.Kept?.TakenAt;

    /// <summary>Looks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, parts.Time);
        for (var look = 0; ; look++)
        {
            try
            {
                await LookAsync(look, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SandboxException or IOException or UnauthorizedAccessException && !cancellationToken.IsCancellationRequested)
            {
                // Whoever follows the program hears of a guest that ended; what is not to be had now is looked for again.
            }

            if (!await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private async Task LookAsync(int look, CancellationToken cancellationToken)
    {
        var status = await machine.Host.Machines.GetStatusAsync(machine.Id, cancellationToken).ConfigureAwait(false);
        CpuTime = machine.CpuTime(status);
        parts.Task.Report = new TaskReport { CpuTime = CpuTime, CheckpointCpuTime = KeptCpuTime, FractionDone = parts.Progress.FractionDone };
        _page.Offer(look);
        if (parts.Task.Heartbeat is { MaxResidentBytes: > 0 and var most } && status.MemoryBytes + Environment.WorkingSet > most)
        {
            // The client would end the task for it, and the work with it.
            obedience.Postpone(MemoryDelay, "the client lets this task have less memory than its sandbox takes");
        }

        if (look % FractionLook == 0)
        {
            WriteStatus(status);
        }

        // A guest that stands answers nothing.
        if (status.State is not VmState.Running || parts.Switch.Stands)
        {
            return;
        }

        if (bridge is not null)
        {
            await bridge.BeatAsync(parts.Task.Heartbeat, cancellationToken).ConfigureAwait(false);
        }

        var current = parts.Plan.Tasks[Math.Min(program.Index, parts.Plan.Tasks.Count - 1)];
        if (look % FractionLook == 0 && current.FractionDoneFile is { } file && await EndOfAsync(file, FractionBytes, cancellationToken).ConfigureAwait(false) is { } end && FractionText.Last(end, FractionBytes) is { } part)
        {
            parts.Progress.Reach(part);
        }

        if (look % FractionLook == 0 && current.TimeLimit is { } limit && (await machine.Session.GetTaskAsync(cancellationToken).ConfigureAwait(false)).ElapsedMs >= limit.TotalMilliseconds)
        {
            parts.Tell($"{current.Name} has reached its time limit, and is ended");
            await machine.Session.StopAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        if (look % ConsoleLook == 0 && await EndOfAsync(current.Streams.Error ?? GuestPaths.StandardError, ConsoleBytes, cancellationToken).ConfigureAwait(false) is { } lines)
        {
            _console = ConsoleText.Lines(lines);
        }

        Trickle();
    }

    /// <summary>The stock wrapper's option <c>--trickle</c>: word of the CPU time after each so much running time.</summary>
    private void Trickle()
    {
        if (parts.Plan.TricklePeriod is { } period && parts.Switch.Ran - _trickled >= period
            && parts.Task.TrySendTrickle("cpu_time", string.Create(CultureInfo.InvariantCulture, $"<cpu_time>{CpuTime.TotalSeconds:F6}</cpu_time>\n")))
        {
            _trickled = parts.Switch.Ran;
        }
    }

    private async Task<string?> EndOfAsync(string path, int bytes, CancellationToken cancellationToken)
    {
        try
        {
            return Encoding.UTF8.GetString(await machine.Session.GetEndAsync(path, bytes, cancellationToken).ConfigureAwait(false));
        }
        catch (Sessions.SessionException e) when (e.Code is SandboxErrorCode.GuestNotFound or SandboxErrorCode.GuestPathRefused)
        {
            return null;
        }
    }

    private void WriteStatus(VmStatus status)
    {
        var told = new TaskStatusFile
        {
            Result = machine.Record.Result,
            Project = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(machine.Host.StorePath))) ?? "",
            Machine = machine.Id.ToString(),
            State = parts.Switch.Stands ? nameof(VmState.Suspended) : status.State.ToString(),
            FractionDone = parts.Progress.FractionDone,
            CpuSeconds = CpuTime.TotalSeconds,
            ElapsedSeconds = parts.Time.GetElapsedTime(_begin).TotalSeconds,
            LastCheckpoint = LastCheckpoint,
            MemoryBytes = status.MemoryBytes,
            Accelerator = status.Accelerator?.ToString().ToLowerInvariant() ?? "",
            Console = _console,
        };
        try
        {
            SlotNotices.Write(parts.Task.Slot, SlotFiles.Status, JsonSerializer.Serialize(told, WrapperJsonContext.Default.TaskStatusFile));
        }
        catch (BoincException)
        {
            // For people only: a disk that is full for a moment must not end the task.
        }
    }
}
