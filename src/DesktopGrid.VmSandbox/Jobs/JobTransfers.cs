using System.Globalization;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Disks;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>Brings a job's inputs in and its outputs out: by put and get, or by disk where they are many or large.</summary>
internal sealed class JobTransfers(SandboxJob job, IRunningMachines machines, IProgress<TransferProgress> progress, TimeProvider time)
{
    private static readonly TimeSpan TellPause = TimeSpan.FromMilliseconds(100);

    private readonly List<JobOutputFile> _taken = [];
    private IReadOnlyList<IsoFile> _onDisk = [];
    private IsoImage? _inputDisk;
    private string? _outputDisk;
    private string? _outputFault;
    private long _toldAt = time.GetTimestamp();

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

    /// <summary>Makes the machine's disks before it starts: one of inputs where that is worth it, one for outputs where there are any.</summary>
    public async Task MakeDisksAsync(VmId machine, CancellationToken cancellationToken)
    {
        var files = new List<IsoFile>(job.Inputs.Count);
        foreach (var input in job.Inputs)
        {
            files.Add(new IsoFile(input.Path, await LengthAsync(input, cancellationToken).ConfigureAwait(false), IsExecutable(input), token => OpenAsync(input, token)));
        }

        _onDisk = BulkRule.Choose(files);
        if (_onDisk.Count > 0)
        {
            _inputDisk = await WriteDiskAsync(machine, cancellationToken).ConfigureAwait(false);
        }

        if (job.Outputs.Count > 0)
        {
            try
            {
                _outputDisk = await machines.MakeOutputDiskAsync(machine, BulkRule.OutputLength(job.Outputs.Count, job.Limits.OutputFileBytes), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A file system without sparse files, or with none so large: then the outputs are got.
                _outputFault = e.Message;
            }
        }
    }

    public async Task PutAsync(IRunningMachine machine, IDiskSession session, CancellationToken cancellationToken)
    {
        if (_inputDisk is not null)
        {
            machine.Log.Write(LogSource.Host, string.Create(CultureInfo.InvariantCulture, $"{_onDisk.Count} inputs come by a disk of {_inputDisk.Length} bytes"));
            await session.AddInputDiskAsync(_inputDisk.Length, cancellationToken).ConfigureAwait(false);
            // Whoever counts what has gone in need not know the way.
            foreach (var file in _onDisk)
            {
                progress.Report(new TransferProgress(file.Path, file.Length, file.Length));
            }
        }

        var there = _onDisk.Select(static file => file.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var input in job.Inputs.Where(input => !there.Contains(input.Path)))
        {
            var content = await OpenAsync(input, cancellationToken).ConfigureAwait(false);
            await using var scope = content.ConfigureAwait(false);
            try
            {
                await session.PutAsync(input.Path, content, IsExecutable(input), progress, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                throw JobException.Unreadable(input.HostPath ?? input.Path, e);
            }
        }
    }

    public async Task GetAsync(IRunningMachine machine, IDiskSession session, CancellationToken cancellationToken)
    {
        if (await CollectAsync(machine, session, cancellationToken).ConfigureAwait(false) is not (> 0 and var length))
        {
            await TakeAsync((output, file, most) => session.GetAsync(output.Path, file, most, progress, cancellationToken)).ConfigureAwait(false);
            return;
        }

        machine.Log.Write(LogSource.Host, string.Create(CultureInfo.InvariantCulture, $"the outputs come by a disk, of which they take {length} bytes"));
        var disk = OpenOutputDisk();
        await using var scope = disk.ConfigureAwait(false);
        var reader = new CollectedReader(disk, length, [.. job.Outputs.Select(static output => output.Path)]);
        await reader.BeginAsync(cancellationToken).ConfigureAwait(false);
        await TakeAsync((_, file, most) => reader.TakeAsync(file, most, Tell, cancellationToken)).ConfigureAwait(false);
        await reader.EndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>QEMU has it open for writing.</summary>
    private FileStream OpenOutputDisk()
    {
        try
        {
            return new FileStream(_outputDisk!, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, "The machine's output disk cannot be read");
        }
    }

    private bool IsExecutable(JobFile input) => input.IsExecutable || input.Path == job.Program;

    private static async Task<Stream> OpenAsync(JobFile input, CancellationToken cancellationToken) =>
        input.HostPath is null ? new MemoryStream(input.Content.ToArray(), writable: false) : await OpenInputAsync(input.HostPath, cancellationToken).ConfigureAwait(false);

    private static async Task<long> LengthAsync(JobFile input, CancellationToken cancellationToken)
    {
        if (input.HostPath is null)
        {
            return input.Content.Length;
        }

        var file = await OpenInputAsync(input.HostPath, cancellationToken).ConfigureAwait(false);
        await using var scope = file.ConfigureAwait(false);
        return file.Length;
    }

    private async Task<IsoImage> WriteDiskAsync(VmId machine, CancellationToken cancellationToken)
    {
        try
        {
            var path = await machines.MakeInputDiskAsync(machine, cancellationToken).ConfigureAwait(false);
            var disk = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous });
            await using var scope = disk.ConfigureAwait(false);
            using var writer = new IsoWriter(disk);
            return await writer.WriteAsync(_onDisk, time.GetUtcNow(), (file, bytes) => Tell(new TransferProgress(file.Path, bytes, file.Length)), cancellationToken).ConfigureAwait(false);
        }
        catch (IsoSourceException e)
        {
            throw JobException.Unreadable(job.Inputs.First(input => input.Path == e.File.Path).HostPath ?? e.File.Path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, "The disk with the job's inputs cannot be written to the store");
        }
    }

    /// <returns>Bytes of the stream on the output disk; 0 where the outputs are to be got.</returns>
    private async Task<long> CollectAsync(IRunningMachine machine, IDiskSession session, CancellationToken cancellationToken)
    {
        if (_outputDisk is null)
        {
            if (_outputFault is not null)
            {
                machine.Log.Write(LogSource.Host, $"the outputs are got one by one, since their disk could not be made: {_outputFault}");
            }

            return 0;
        }

        var least = job.Outputs.Count > BulkRule.FewFiles ? 0 : BulkRule.SmallBytes + 1;
        var request = new CollectRequest([.. job.Outputs.Select(static output => output.Path)], new FileInfo(_outputDisk).Length, job.Limits.OutputFileBytes, least);
        try
        {
            return await session.CollectAsync(request, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionException e) when (e.GuestError is not null)
        {
            // Mostly the store's disk is full. What is got goes to the output's own place, which may have room; and if not, that is told.
            machine.Log.Write(LogSource.Host, $"the outputs are got one by one, since their disk could not be written: {e.Sentence}");
            return 0;
        }
    }

    private async Task TakeAsync(Func<JobOutput, Stream, long, Task<long>> take)
    {
        var left = job.Limits.OutputFileBytes;
        foreach (var output in job.Outputs)
        {
            if (await TakeAsync(output, file => take(output, file, left)).ConfigureAwait(false) is { } file)
            {
                left -= file.Length;
                _taken.Add(file);
            }
        }
    }

    private async Task<JobOutputFile?> TakeAsync(JobOutput output, Func<Stream, Task<long>> take)
    {
        var target = Path.GetFullPath(output.HostPath);
        try
        {
            return new JobOutputFile(output.Path, target, await HostFiles.WriteAsync(target, take).ConfigureAwait(false));
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

    /// <summary>As often as a put tells: ten times a second at most, and at the end of each file.</summary>
    private void Tell(TransferProgress transfer)
    {
        if (transfer.Bytes == transfer.Total || time.GetElapsedTime(_toldAt) >= TellPause)
        {
            _toldAt = time.GetTimestamp();
            progress.Report(transfer);
        }
    }

    private static JobException Failed(SandboxErrorCode code, string message, Exception cause) => new(code, message, cause) { Step = "job.get", Fate = TaskFate.Ended };
}
