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

namespace DesktopGrid.VmSandbox.Jobs.Running;

/// <summary>Brings a job's outputs out: by get, or by disk where they are many or large.</summary>
internal sealed class JobOutputs(SandboxJob job, IRunningMachines machines, IProgress<TransferProgress> progress, TimeProvider time)
{
    private readonly TransferTeller _teller = new(progress, time);
    private readonly List<JobOutputFile> _taken = [];
    private string? _disk;
    private string? _fault;

    /// <summary>Those that are on the host by now.</summary>
    public IReadOnlyList<JobOutputFile> Taken => _taken;

    /// <summary>Makes the machine's disk for outputs before it starts, where there are any.</summary>
    public async Task MakeDiskAsync(VmId machine, CancellationToken cancellationToken)
    {
        if (job.Outputs.Count == 0)
        {
            return;
        }

        try
        {
            _disk = await machines.MakeOutputDiskAsync(machine, BulkRule.OutputLength(job.Outputs.Count, job.Limits.OutputFileBytes), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file system without sparse files, or with none so large: then the outputs are got.
            _fault = e.Message;
        }
    }

    /// <summary>Brings them out.</summary>
    public async Task GetAsync(IRunningMachine machine, IDiskSession session, CancellationToken cancellationToken)
    {
        if (await CollectAsync(machine, session, cancellationToken).ConfigureAwait(false) is not (> 0 and var length))
        {
            await TakeAsync((output, file, most) => session.GetAsync(output.Path, file, most, progress, cancellationToken)).ConfigureAwait(false);
            return;
        }

        machine.Log.Write(LogSource.Host, string.Create(CultureInfo.InvariantCulture, $"the outputs come by a disk, of which they take {length} bytes"));
        var disk = OpenDisk();
        await using var scope = disk.ConfigureAwait(false);
        var reader = new CollectedReader(disk, length, [.. job.Outputs.Select(static output => output.Path)]);
        await reader.BeginAsync(cancellationToken).ConfigureAwait(false);
        await TakeAsync((_, file, most) => reader.TakeAsync(file, most, _teller.Tell, cancellationToken)).ConfigureAwait(false);
        await reader.EndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>QEMU has it open for writing.</summary>
    private FileStream OpenDisk()
    {
        try
        {
            return new FileStream(_disk!, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, "The machine's output disk cannot be read");
        }
    }

    /// <returns>Bytes of the stream on the output disk; 0 where the outputs are to be got.</returns>
    private async Task<long> CollectAsync(IRunningMachine machine, IDiskSession session, CancellationToken cancellationToken)
    {
        if (_disk is null)
        {
            if (_fault is not null)
            {
                machine.Log.Write(LogSource.Host, $"the outputs are got one by one, since their disk could not be made: {_fault}");
            }

            return 0;
        }

        var least = job.Outputs.Count > BulkRule.FewFiles ? 0 : BulkRule.SmallBytes + 1;
        var request = new CollectRequest([.. job.Outputs.Select(static output => output.Path)], new FileInfo(_disk).Length, job.Limits.OutputFileBytes, least);
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
        var sum = 0L;
        foreach (var output in job.Outputs)
        {
            if (await TakeAsync(output, sum, file => take(output, file, job.Limits.OutputFileBytes - sum)).ConfigureAwait(false) is { } file)
            {
                sum += file.Length;
                _taken.Add(file);
            }
        }
    }

    private async Task<JobOutputFile?> TakeAsync(JobOutput output, long before, Func<Stream, Task<long>> take)
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
            throw JobException.Passed(new PassedLimit(JobLimit.OutputFiles, job.Limits.OutputFileBytes, before + (double)e.Length), TaskFate.Ended, $"It was \"{TextTail.Clean(output.Path)}\" that passed it.", e);
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
