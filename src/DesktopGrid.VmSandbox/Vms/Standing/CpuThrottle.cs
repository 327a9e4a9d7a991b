using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Standing;

/// <summary>
/// Keeps a machine to a share of its virtual CPUs: they stand for a moment whenever its QEMU has used more CPU time than that, by the host's count, which
/// no guest can evade. Each such moment is behind the slot's gate, as a verb is: no verb ever meets a machine that stands for this, and while one has the
/// machine, which may save it, nothing is done.
/// </summary>
internal sealed class CpuThrottle : IAsyncDisposable
{
    // The guest's clock stands with its CPUs; told so often, it is not far off.
    private static readonly TimeSpan ClockInterval = TimeSpan.FromSeconds(10);

    private readonly VmServices _services;
    private readonly VmSlot _slot;
    private readonly RunningVm _running;
    private readonly CpuAccount _account;
    private readonly CancellationTokenSource _end;
    private readonly long _start;
    private readonly Task _keeping;
    // QEMU may have been told to stand and have said nothing: it stands then, uses nothing, and would never be over its share again.
    private bool _owesContinue;

    /// <param name="services">What the verbs work with.</param>
    /// <param name="slot">The machine's.</param>
    /// <param name="running">Its running part.</param>
    /// <param name="virtualCpus">What it has.</param>
    /// <param name="percent">The share of them, below 100.</param>
    public CpuThrottle(VmServices services, VmSlot slot, RunningVm running, int virtualCpus, int percent)
    {
        (_services, _slot, _running) = (services, slot, running);
        _account = new CpuAccount(virtualCpus * percent / 100.0, virtualCpus);
        _end = CancellationTokenSource.CreateLinkedTokenSource(running.Ended);
        _start = services.Time.GetTimestamp();
        _keeping = KeepAsync(_end.Token);
    }

    private TimeSpan Now => _services.Time.GetElapsedTime(_start);

    /// <summary>Ends it. Who has entered the slot finds the machine as its verbs have left it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_owesContinue)
        {
            await StandAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
        }

        _end.Dispose();
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        var told = TimeSpan.Zero;
        _account.Open(_running.CpuTime, Now);
        while (true)
        {
            await Task.Delay(_account.Run, _services.Time, cancellationToken).ConfigureAwait(false);
            _account.Note(_running.CpuTime, Now);
            if (_account.Stand is var pause && (_owesContinue || pause > TimeSpan.Zero) && await _slot.TryEnterAsync().ConfigureAwait(false) is { } entered)
            {
                using (entered)
                {
                    await StandAsync(pause, cancellationToken).ConfigureAwait(false);
                }

                if (Now - told > ClockInterval)
                {
                    told = Now;
                    _running.Clock.Tell();
                }
            }
        }
    }

    /// <summary>Behind the gate; a machine that stands already is left alone.</summary>
    private async Task StandAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            if (_services.Machines.Find(_slot.Id.ToString())?.VmState() == VmState.Running && !cancellationToken.IsCancellationRequested)
            {
                if (!_owesContinue)
                {
                    _owesContinue = true;
                    await _running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Stop, CancellationToken.None).ConfigureAwait(false);
                    await Task.Delay(pause, _services.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                await _running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, CancellationToken.None).ConfigureAwait(false);
                _owesContinue = false;
            }
        }
        catch (QmpException e) when (e.Code == SandboxErrorCode.MonitorDisconnected)
        {
            // Without its monitor it is of no use, and might stand for ever; whoever watches over it tells its end.
            _running.Qemu.Kill();
        }
        catch (SandboxException e)
        {
            // Mostly a host that is very busy. The next look lets it go on.
            VmLog.NotHeld(_services.Logger, _slot.Id, e);
        }
    }
}
