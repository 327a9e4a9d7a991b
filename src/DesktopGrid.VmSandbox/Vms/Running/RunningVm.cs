using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>A machine that this process runs: its QEMU, its link to the guest, its console and log, and why it ended.</summary>
internal sealed class RunningVm : IRunningMachine, IAsyncDisposable
{
    private static readonly TimeSpan KillBound = TimeSpan.FromSeconds(10);

    // The kernel lets all processes of the computer together ask ten times a second.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.1);
    private const int MostTries = 50;

    private readonly TimeProvider _time;
    private readonly QmpSubscription _events;
    private readonly IProcessMeter _meter;
    private readonly InstanceDisk _disk;
    private readonly Task _watching;
    private readonly Task _ending;
    private readonly CancellationTokenSource _ended = new();
    private string? _shutdownReason;
    private QmpEvent? _diskFault;
    private Task _standing = Task.CompletedTask;

    public RunningVm(IQemuProcess qemu, Func<TimeProvider, CancellationToken, IGuestLink> connect, MachineLog log, IProcessMeter meter, InstanceDisk disk, TimeProvider time)
    {
        _time = time;
        GuestTime = new GuestTime(time);
        (Qemu, Link, Log, _meter, _disk) = (qemu, connect(GuestTime, _ended.Token), log, meter, disk);
        Clock = new GuestClock(Link);
        Console = new ConsolePump(qemu.Console, log, time);
        _events = qemu.Monitor.Subscribe();
        _watching = WatchAsync();
        _ending = AnnounceEndAsync();
    }

    public IQemuProcess Qemu { get; }

    public IGuestLink Link { get; }

    public MachineLog Log { get; }

    public ConsolePump Console { get; }

    /// <summary>Set before the machine is ended on purpose, so that its end is not taken for a failure.</summary>
    public bool IsEnding { get; set; }

    /// <summary>How fast its state was saved the last time, in bytes of the state; null before.</summary>
    public double? SavedBytesPerSecond { get; set; }

    /// <summary>The newest reading; what a process used cannot be asked after its end.</summary>
    public ProcessUsage? Usage { get; private set; }

    public TimeSpan CpuTime => (Measure() ?? Usage)?.CpuTime ?? TimeSpan.Zero;

    public long DiskBytes => _disk.Measure();

    /// <summary>Stands while the machine is suspended.</summary>
    public GuestTime GuestTime { get; }

    public TimeProvider Time => GuestTime;

    /// <summary>The guest's own time of day.</summary>
    public GuestClock Clock { get; }

    public CancellationToken Ended => _ended.Token;

    /// <summary>What it has left so far.</summary>
    public QemuEvidence Evidence => new() { CommandLine = Qemu.CommandLine, Errors = Qemu.Errors.Snapshot(), ConsoleLines = Console.Tail.Snapshot() };

    public ProcessUsage? Measure() => _meter.Read(Qemu.Identity) is { } usage ? Usage = usage : null;

    /// <summary>Lets QEMU stand back behind the owner's programs, or come forward while it is waited for; in the background, for one caller at a time.</summary>
    public void StandBack(IProcessFinder finder, ProcessPriority priority) => _standing = StandBackAsync(_standing, finder, priority);

    /// <summary>Kills QEMU and waits until it is gone.</summary>
    /// <exception cref="VmException">The kernel holds it, mostly in a disk that hangs.</exception>
    public async Task KillAsync()
    {
        Qemu.Kill();
        using var bound = new CancellationTokenSource(KillBound, _time);
        await ((Task)Qemu.Exited).WaitAsync(bound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!Qemu.Exited.IsCompleted)
        {
            throw VmException.Unkillable(Qemu.Identity.Id);
        }
    }

    public async Task<MachineEnd> DescribeEndAsync()
    {
        var exit = await Qemu.Exited.ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await Console.Completion.ConfigureAwait(false);
        var evidence = Evidence with { ExitCode = exit.Code, Signal = exit.Signal };
        var isFull = _diskFault?.Flag("nospace") ?? false;
        var why = exit switch
        {
            _ when isFull => "The disk that holds the store is full: the guest could write no more.",
            _ when _diskFault is not null => $"The guest's disk cannot be written: {_diskFault.Text("reason")}.",
            { Signal: { } signal } => $"QEMU was ended by signal {signal}.",
            { Code: not (null or 0) } => $"QEMU ended with exit code {exit.Code}: {(evidence.Errors is [.., var last] ? last : "it said nothing")}",
            _ when Console.Panic is { } panic => $"The guest's kernel panicked: {panic}",
            _ when _shutdownReason is "guest-reset" => "The guest restarted, which ends it: its kernel panicked or its daemon died.",
            _ when _shutdownReason is not null => $"The guest ended ({_shutdownReason}).",
            _ => "QEMU ended although nobody asked it to.",
        };
        return isFull
            ? new MachineEnd(SandboxErrorCode.DiskFull, why, null, evidence)
            : new MachineEnd(SandboxErrorCode.MachineEnded, why, null, evidence);
    }

    public async ValueTask DisposeAsync()
    {
        await _standing.ConfigureAwait(false);
        await Clock.DisposeAsync().ConfigureAwait(false);
        await Link.DisposeAsync().ConfigureAwait(false);
        _events.Dispose();
        await _watching.ConfigureAwait(false);
        if (Qemu.Exited.IsCompleted)
        {
            await Console.Completion.ConfigureAwait(false);
            foreach (var line in Qemu.Errors.Snapshot())
            {
                Log.Write(LogSource.Qemu, line);
            }
        }

        await Console.DisposeAsync().ConfigureAwait(false);
        await Qemu.DisposeAsync().ConfigureAwait(false);
        Log.Dispose();
        if (Qemu.Exited.IsCompleted)
        {
            await _ending.ConfigureAwait(false);
        }
    }

    private async Task StandBackAsync(Task before, IProcessFinder finder, ProcessPriority priority)
    {
        await before.ConfigureAwait(false);
        for (var tries = 0; !finder.StandBack(Qemu.Identity, priority); tries++)
        {
            if (tries == MostTries)
            {
                Log.Write(LogSource.Host, $"its session could not be given the priority {priority}: the kernel refuses for now");
                return;
            }

            await Task.Delay(Pause, _time).ConfigureAwait(false);
        }
    }

    /// <summary>The token source is never disposed: it has no timer, and who waits on a token may outlive the machine.</summary>
    private async Task AnnounceEndAsync()
    {
        await ((Task)Qemu.Exited).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _ended.CancelAsync().ConfigureAwait(false);
    }

    private async Task WatchAsync()
    {
        await foreach (var happened in _events.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (happened.Name == QmpEventNames.Shutdown)
            {
                _shutdownReason = happened.Text("reason");
            }
            else if (happened.Name == QmpEventNames.BlockIoError && happened.Text("action") == "stop")
            {
                // QEMU halts the guest and would wait for ever: nobody is there to free the disk and let it go on.
                _diskFault = happened;
                Qemu.Kill();
            }
        }
    }
}
