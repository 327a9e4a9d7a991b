using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>
/// Tells the guest the time of day when it goes on after it stood: its own clock stood with it. In the background, since a verb that costs
/// milliseconds does not wait for a guest; what is asked of the guest afterwards comes behind it, on the same port. The clock by which programs wait
/// is left alone, so that no timer storms.
/// </summary>
internal sealed class GuestClock(IGuestLink link) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private Task _telling = Task.CompletedTask;
    private bool _isTelling;
    private bool _again;

    /// <summary>Begins to tell it. Where that is under way, the guest stood in the middle of it perhaps, and is told once more.</summary>
    public void Tell()
    {
        lock (_lock)
        {
            _again = _isTelling;
            if (!_isTelling)
            {
                _isTelling = true;
                _telling = TellAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _telling.ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task TellAsync()
    {
        do
        {
            try
            {
                await link.RenewAsync(identity: null, _end.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SandboxException or OperationCanceledException or ObjectDisposedException or IOException)
            {
                // It has ended, or does not answer: whoever needs it will learn so.
            }
        }
        while (IsWantedAgain());
    }

    private bool IsWantedAgain()
    {
        lock (_lock)
        {
            _isTelling = _again && !_end.IsCancellationRequested;
            _again = false;
            return _isTelling;
        }
    }
}
