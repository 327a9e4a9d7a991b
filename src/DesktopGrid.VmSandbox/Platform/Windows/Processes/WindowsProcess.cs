using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Processes;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Windows.Processes;

/// <summary>A process that was born here, with its job and its streams.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsProcess : IDisposable
{
    private readonly SafeProcessHandle _handle;
    private readonly JobObject _job;
    private readonly OutputPipe _output, _errors;
    private readonly CancellationTokenSource _letGo = new();

    public WindowsProcess(SafeProcessHandle handle, JobObject job, OutputPipe output, OutputPipe errors)
    {
        (_handle, _job, _output, _errors) = (handle, job, output, errors);
        // The process has its own handles of them.
        output.Writer.Dispose();
        errors.Writer.Dispose();
        Identity = ProcessHandle.Identify(handle)!;
        Exited = WaitAsync();
    }

    public ProcessIdentity Identity { get; }

    public Stream StandardOutput => _output.Reader;

    public Stream StandardError => _errors.Reader;

    /// <summary>Ends with the process; never where it was let go before.</summary>
    public Task<ProcessExit> Exited { get; }

    /// <summary>Ends the whole job.</summary>
    public void Kill() => _job.Terminate();

    /// <summary>Waits no longer, and closes the job, which ends what still runs in one that dies with its parent.</summary>
    public void Dispose()
    {
        // Cancelled and not disposed of: it has no timer, and whoever disposes of this twice does no harm.
        _letGo.Cancel();
        _job.Dispose();
        _output.Dispose();
        _errors.Dispose();
        _handle.Dispose();
    }

    private async Task<ProcessExit> WaitAsync()
    {
        try
        {
            await ProcessEnd.WaitAsync(_handle, _letGo.Token).ConfigureAwait(false);
            return new ProcessExit(ProcessHandle.ExitCode(_handle), null);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // A machine that outlives its host runs on: a task that completed here would be taken for its end.
            return await new TaskCompletionSource<ProcessExit>().Task.ConfigureAwait(false);
        }
    }
}
