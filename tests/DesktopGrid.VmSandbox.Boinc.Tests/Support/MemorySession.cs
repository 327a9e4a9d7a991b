using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Support;

/// <summary>A guest's work directory in memory: for what goes in and comes out, where no program needs to run.</summary>
internal sealed class MemorySession : ISandboxSession
{
    /// <summary>The files by their paths.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public long Bytes => Files.Values.Sum(static content => content.LongLength);

    public async Task<long> PutAsync(string path, Stream content, bool executable = false, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var taken = new MemoryStream();
        await content.CopyToAsync(taken, cancellationToken);
        Files[path] = taken.ToArray();
        return taken.Length;
    }

    public async Task<long> GetAsync(string path, Stream destination, long? maxBytes = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        await destination.WriteAsync(Files[path], cancellationToken);
        return Files[path].Length;
    }

    public Task DeleteAsync(string path, bool recursive = false, CancellationToken cancellationToken = default)
    {
        Files.Remove(path);
        return Task.CompletedTask;
    }

    public Task<PingReply> PingAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<byte[]> GetEndAsync(string path, int bytes, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<GuestEntry> ListAsync(string path = RelativePath.Root, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task MakeDirectoryAsync(string path, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<GuestTaskStatus> StartAsync(TaskStartRequest start, Stream? standardInput = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<GuestTaskStatus> StopAsync(TimeSpan? grace = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<GuestTaskStatus> GetTaskAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<TaskEvent> FollowAsync(TaskPosition from = default, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task MessageToGuestAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<GuestMessage>> MessagesToHostAsync(long after = 0, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
