using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qmp;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>A machine that this process runs: its QEMU, its link to the guest, its console and log, and why it ended.</summary>
internal sealed class RunningVm : IRunningMachine, IAsyncDisposable
{
    private readonly QmpSubscription _events;
    private readonly IProcessMeter _meter;
    private readonly Task _watching;
    private readonly Task _ending;
    private readonly CancellationTokenSource _ended = new();
    private string? _shutdownReason;

    public RunningVm(IQemuProcess qemu, IGuestLink link, MachineLog log, IProcessMeter meter, TimeProvider time)
    {
        (Qemu, Link, Log, _meter) = (qemu, link, log, meter);
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

    /// <summary>The newest reading; what a process used cannot be asked after its end.</summary>
    public ProcessUsage? Usage { get; private set; }

    public TimeSpan CpuTime => (Measure() ?? Usage)?.CpuTime ?? TimeSpan.Zero;

    public CancellationToken Ended => _ended.Token;

    public ProcessUsage? Measure() => _meter.Read(Qemu.Identity) is { } usage ? Usage = usage : null;

    public async Task<MachineEnd> DescribeEndAsync()
    {
        var exit = await Qemu.Exited.ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await Console.Completion.ConfigureAwait(false);
        var (errors, console) = (Qemu.Errors.Snapshot(), Console.Tail.Snapshot());
        var panic = console.LastOrDefault(static line => line.Contains("Kernel panic", StringComparison.Ordinal));
        var why = exit switch
        {
            { Signal: { } signal } => $"QEMU was ended by signal {signal}.",
            { Code: not (null or 0) } => $"QEMU ended with exit code {exit.Code}: {(errors is [.., var last] ? last : "it said nothing")}",
            _ when panic is not null => $"The guest's kernel panicked: {panic}",
            _ when _shutdownReason is "guest-reset" => "The guest restarted, which ends it: its kernel panicked or its daemon died.",
            _ when _shutdownReason is not null => $"The guest ended ({_shutdownReason}).",
            _ => "QEMU ended although nobody asked it to.",
        };
        return new MachineEnd(why, exit.Code, errors, console);
    }

    public async ValueTask DisposeAsync()
    {
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
        }
    }
}
