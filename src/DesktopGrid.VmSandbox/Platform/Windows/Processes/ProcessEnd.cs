using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Windows.Processes;

/// <summary>Waits for the end of a process without a thread: a process's handle is signalled then.</summary>
[SupportedOSPlatform("windows")]
internal static class ProcessEnd
{
    public static async Task WaitAsync(SafeProcessHandle process, CancellationToken cancellationToken)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var signal = new ManualResetEvent(false) { SafeWaitHandle = new SafeWaitHandle(process.DangerousGetHandle(), ownsHandle: false) };
        var waiting = ThreadPool.RegisterWaitForSingleObject(signal, (_, _) => source.TrySetResult(), null, Timeout.Infinite, executeOnlyOnce: true);
        try
        {
            await source.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            waiting.Unregister(null);
            GC.KeepAlive(process);
        }
    }
}
