using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <inheritdoc />
internal sealed class HttpSandboxSession(GuestHttp http, IReadOnlyDictionary<string, string> variables) : IDiskSession
{
    private const int MostEndBytes = 1024 * 1024;

    private readonly FileVerbs _files = new(http);
    private readonly TaskVerbs _tasks = new(http);
    private readonly DiskVerbs _disks = new(http);

    public Task<PingReply> PingAsync(CancellationToken cancellationToken = default) => _tasks.PingAsync(http.Options.RequestTimeout, cancellationToken);

    public Task<long> PutAsync(string path, Stream content, bool executable = false, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return _files.PutAsync(path, content, executable, progress, cancellationToken);
    }

    public Task<long> GetAsync(string path, Stream destination, long? maxBytes = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes ?? 0, nameof(maxBytes));
        return _files.GetAsync(path, destination, maxBytes, progress, cancellationToken);
    }

    public Task<byte[]> GetEndAsync(string path, int bytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, MostEndBytes);
        return _files.GetEndAsync(path, bytes, cancellationToken);
    }

    public Task DeleteAsync(string path, bool recursive = false, CancellationToken cancellationToken = default) => _files.DeleteAsync(path, recursive, cancellationToken);

    public IAsyncEnumerable<GuestEntry> ListAsync(string path = RelativePath.Root, CancellationToken cancellationToken = default) => _files.ListAsync(path, cancellationToken);

    public Task MakeDirectoryAsync(string path, CancellationToken cancellationToken = default) => _files.MakeDirectoryAsync(path, cancellationToken);

    public async Task<GuestTaskStatus> StartAsync(TaskStartRequest start, Stream? standardInput = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        var isAsked = false;
        try
        {
            if (standardInput is not null)
            {
                await _files.PutStandardInputAsync(standardInput, cancellationToken).ConfigureAwait(false);
            }

            isAsked = true;
            return await _tasks.StartAsync(start with { UseStandardInput = standardInput is not null, Environment = WithVariables(start.Environment) }, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionException e)
        {
            // Without a refusal nobody knows whether the request arrived before the line broke; a daemon that failed itself may have failed late.
            e.Fate = isAsked && e.GuestError is null or GuestErrorCode.Internal ? TaskFate.MayHaveRun : TaskFate.NeverStarted;
            throw;
        }
    }

    public Task<GuestTaskStatus> StopAsync(TimeSpan? grace = null, CancellationToken cancellationToken = default) => _tasks.StopAsync(grace, cancellationToken);

    public Task<GuestTaskStatus> GetTaskAsync(CancellationToken cancellationToken = default) => _tasks.GetAsync(cancellationToken);

    public IAsyncEnumerable<TaskEvent> FollowAsync(TaskPosition from = default, CancellationToken cancellationToken = default) => new TaskFollower(_tasks).FollowAsync(from, cancellationToken);

    public Task MessageToGuestAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default) => _tasks.MessageToGuestAsync(key, value, cancellationToken);

    public Task<IReadOnlyList<GuestMessage>> MessagesToHostAsync(long after = 0, CancellationToken cancellationToken = default) => _tasks.MessagesToHostAsync(after, cancellationToken);

    public Task AddInputDiskAsync(long length, CancellationToken cancellationToken) => _disks.AddInputAsync(length, cancellationToken);

    public Task<long> CollectAsync(CollectRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) => _disks.CollectAsync(request, progress, cancellationToken);

    /// <summary>What the machine gives to every task, under what this one sets itself. A request without an environment is the guest's to refuse.</summary>
    private IReadOnlyDictionary<string, string> WithVariables(IReadOnlyDictionary<string, string> own)
    {
        if (variables.Count == 0 || own is null)
        {
            return own!;
        }

        var all = new Dictionary<string, string>(variables, StringComparer.Ordinal);
        foreach (var (name, value) in own)
        {
            all[name] = value;
        }

        return all;
    }
}
