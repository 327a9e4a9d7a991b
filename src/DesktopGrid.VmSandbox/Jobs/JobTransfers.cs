using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>Brings a job's inputs in and its outputs out.</summary>
internal sealed class JobTransfers(SandboxJob job, ISandboxSession session, IProgress<TransferProgress> progress)
{
    public static FileStream OpenInput(string path) => new(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });

    public async Task PutAsync(CancellationToken cancellationToken)
    {
        foreach (var input in job.Inputs)
        {
            var content = Open(input);
            await using var scope = content.ConfigureAwait(false);
            await session.PutAsync(input.Path, content, input.IsExecutable || input.Path == job.Program, progress, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<IReadOnlyList<JobOutputFile>> GetAsync(CancellationToken cancellationToken)
    {
        var left = job.Limits.OutputFileBytes;
        var found = new List<JobOutputFile>();
        foreach (var output in job.Outputs)
        {
            if (await GetAsync(output, left, cancellationToken).ConfigureAwait(false) is { } file)
            {
                left -= file.Length;
                found.Add(file);
            }
        }

        return found;
    }

    private static Stream Open(JobFile input)
    {
        try
        {
            return input.HostPath is null ? new MemoryStream(input.Content.ToArray(), writable: false) : OpenInput(input.HostPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw JobException.Invalid($"The input {input.HostPath} cannot be read: {e.Message}", SandboxErrorCode.JobInputUnreadable, e);
        }
    }

    /// <summary>Beside its place first: whoever looks at an output's name sees all of it or nothing.</summary>
    private async Task<JobOutputFile?> GetAsync(JobOutput output, long maxBytes, CancellationToken cancellationToken)
    {
        var target = Path.GetFullPath(output.HostPath);
        var part = $"{target}.{Path.GetRandomFileName()}.part";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            long length;
            var file = new FileStream(part, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous });
            await using (file.ConfigureAwait(false))
            {
                length = await session.GetAsync(output.Path, file, maxBytes, progress, cancellationToken).ConfigureAwait(false);
            }

            File.Move(part, target, overwrite: true);
            return new JobOutputFile(output.Path, target, length);
        }
        catch (SessionException e) when (e.Code == SandboxErrorCode.GuestNotFound)
        {
            return output.IsOptional
                ? null
                : throw new JobException(SandboxErrorCode.JobOutputMissing, $"The program did not make the output \"{TextTail.Clean(output.Path)}\".", e) { Step = "job.get", Fate = TaskFate.Ended };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The output {target} cannot be written");
        }
        finally
        {
            File.Delete(part);
        }
    }
}
