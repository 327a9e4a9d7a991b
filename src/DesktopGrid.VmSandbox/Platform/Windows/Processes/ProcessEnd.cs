using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Windows.Processes;

/// <summary>Waits for the end of a process without a thread: a process's handle is signalled then.</summary>
[SupportedOSPlatform("windows")]
internal static class ProcessEnd
{
    /// <summary>The handle stays open until the wait has ended, also where its owner closes it meanwhile: its number would go to another object.</summary>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    public static async Task WaitAsync(SafeProcessHandle process, CancellationToken cancellationToken)
    {
        var isHeld = false;
        process.DangerousAddRef(ref isHeld);
        try
        {
            await WaitForAsync(process.DangerousGetHandle(), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (isHeld)
            {
                process.DangerousRelease();
            }
        }
    }

    private static async Task WaitForAsync(nint process, CancellationToken cancellationToken)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var signal = new ManualResetEvent(false) { SafeWaitHandle = new SafeWaitHandle(process, ownsHandle: false) };
        var waiting = ThreadPool.RegisterWaitForSingleObject(signal, (_, _) => source.TrySetResult(), null, Timeout.Infinite, executeOnlyOnce: true);
        try
        {
            await source.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            waiting.Unregister(null);
        }
    }
}
