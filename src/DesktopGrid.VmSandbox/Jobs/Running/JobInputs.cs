using System.Globalization;
using DesktopGrid.VmSandbox.Disks;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Jobs.Running;

/// <summary>Brings a job's inputs in: by put, or by disk where they are many or large.</summary>
internal sealed class JobInputs(SandboxJob job, IRunningMachines machines, IProgress<TransferProgress> progress, TimeProvider time)
{
    private readonly TransferTeller _teller = new(progress, time);
    private IReadOnlyList<IsoFile> _onDisk = [];
    private long? _diskBytes;

    /// <summary>Opens an input to be read once, from its beginning to its end.</summary>
    /// <exception cref="JobException">It cannot be opened.</exception>
    public static async Task<FileStream> OpenAsync(string path, CancellationToken cancellationToken)
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

    /// <summary>Makes the machine's disk of inputs before it starts, where that is worth it.</summary>
    public async Task MakeDiskAsync(VmId machine, CancellationToken cancellationToken)
    {
        var files = new List<IsoFile>(job.Inputs.Count);
        foreach (var input in job.Inputs)
        {
            files.Add(new IsoFile(input.Path, await LengthAsync(input, cancellationToken).ConfigureAwait(false), IsExecutable(input), token => OpenAsync(input, token)));
        }

        _onDisk = BulkRule.Choose(files);
        if (_onDisk.Count > 0)
        {
            _diskBytes = await WriteDiskAsync(machine, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Brings them in.</summary>
    public async Task PutAsync(IRunningMachine machine, IDiskSession session, CancellationToken cancellationToken)
    {
        if (_diskBytes is { } length)
        {
            machine.Log.Write(LogSource.Host, string.Create(CultureInfo.InvariantCulture, $"{_onDisk.Count} inputs come by a disk of {length} bytes"));
            await session.AddInputDiskAsync(length, cancellationToken).ConfigureAwait(false);
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

    private bool IsExecutable(JobFile input) => input.IsExecutable || input.Path == job.Program;

    private static async Task<Stream> OpenAsync(JobFile input, CancellationToken cancellationToken) =>
        input.HostPath is null ? new MemoryStream(input.Content.ToArray(), writable: false) : await OpenAsync(input.HostPath, cancellationToken).ConfigureAwait(false);

    private static async Task<long> LengthAsync(JobFile input, CancellationToken cancellationToken)
    {
        if (input.HostPath is null)
        {
            return input.Content.Length;
        }

        var file = await OpenAsync(input.HostPath, cancellationToken).ConfigureAwait(false);
        await using var scope = file.ConfigureAwait(false);
        return file.Length;
    }

    private async Task<long> WriteDiskAsync(VmId machine, CancellationToken cancellationToken)
    {
        try
        {
            var path = await machines.MakeInputDiskAsync(machine, cancellationToken).ConfigureAwait(false);
            var disk = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous });
            await using var scope = disk.ConfigureAwait(false);
            return await new IsoWriter(disk).WriteAsync(_onDisk, time.GetUtcNow(), (file, bytes) => _teller.Tell(new TransferProgress(file.Path, bytes, file.Length)), cancellationToken).ConfigureAwait(false);
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
}
