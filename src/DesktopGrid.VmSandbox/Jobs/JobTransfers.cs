using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>Brings a job's inputs in and its outputs out.</summary>
internal sealed class JobTransfers(SandboxJob job, ISandboxSession session, IProgress<TransferProgress> progress)
{
    private readonly List<JobOutputFile> _taken = [];

    /// <summary>The outputs that are on the host by now.</summary>
    public IReadOnlyList<JobOutputFile> Taken => _taken;

    /// <summary>Opens an input to be read once, from its beginning to its end.</summary>
    /// <exception cref="JobException">It cannot be opened.</exception>
    public static async Task<FileStream> OpenInputAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await HostFiles.OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw JobException.Unreadable(path, e);
        }
    }

    public async Task PutAsync(CancellationToken cancellationToken)
    {
        foreach (var input in job.Inputs)
        {
            Stream content = input.HostPath is null ? new MemoryStream(input.Content.ToArray(), writable: false) : await OpenInputAsync(input.HostPath, cancellationToken).ConfigureAwait(false);
            await using var scope = content.ConfigureAwait(false);
            try
            {
                await session.PutAsync(input.Path, content, input.IsExecutable || input.Path == job.Program, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                throw JobException.Unreadable(input.HostPath ?? input.Path, e);
            }
        }
    }

    public async Task GetAsync(CancellationToken cancellationToken)
    {
        var left = job.Limits.OutputFileBytes;
        foreach (var output in job.Outputs)
        {
            if (await GetAsync(output, left, cancellationToken).ConfigureAwait(false) is { } file)
            {
                left -= file.Length;
                _taken.Add(file);
            }
        }
    }

    private async Task<JobOutputFile?> GetAsync(JobOutput output, long maxBytes, CancellationToken cancellationToken)
    {
        var target = Path.GetFullPath(output.HostPath);
        try
        {
            return new JobOutputFile(output.Path, target, await HostFiles.WriteAsync(target, file => session.GetAsync(output.Path, file, maxBytes, progress, cancellationToken)).ConfigureAwait(false));
        }
        catch (SessionException e) when (e.Code == SandboxErrorCode.GuestNotFound)
        {
            return output.IsOptional ? null : throw Failed(SandboxErrorCode.JobOutputMissing, $"The program did not make the output \"{TextTail.Clean(output.Path)}\".", e);
        }
        catch (SessionException e) when (e.Code == SandboxErrorCode.GuestTooLarge)
        {
            throw Failed(SandboxErrorCode.JobLimitExceeded, $"The outputs passed their limit of {job.Limits.OutputFileBytes} bytes together at \"{TextTail.Clean(output.Path)}\".", e);
        }
        catch (Exception e) when (DiskFull.Is(e))
        {
            throw StoreFault.From(e, $"The output {target} cannot be written");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(SandboxErrorCode.JobOutputUnwritable, $"The output {target} cannot be written: {e.Message}", e);
        }
    }

    private static JobException Failed(SandboxErrorCode code, string message, Exception cause) => new(code, message, cause) { Step = "job.get", Fate = TaskFate.Ended };
}
