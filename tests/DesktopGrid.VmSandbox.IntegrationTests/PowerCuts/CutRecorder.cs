using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.IntegrationTests.PowerCuts;

/// <summary>
/// Stands in front of the real files of a host, and in its log: takes a cut before and after each act that makes something durable, and at each
/// step of a verb.
/// </summary>
internal sealed class CutRecorder(IHostPlatform real, WeakDisk disk) : IHostPlatform, IPrivateFiles, ILogger
{
    // The steps that follow a transaction which was to be durable.
    private static readonly string[] DurableSteps = ["checkpoint.noted", "remove.unnoted", "import.noted"];

    private readonly Lock _lock = new();
    private readonly List<Cut> _cuts = [];
    private readonly List<Promise> _promises = [];
    private string _verb = "";
    private bool _records;

    public IProcessLauncher Launcher => real.Launcher;
    public IProcessFinder Finder => real.Finder;
    public IProcessMeter Meter => real.Meter;
    public IRuntimeDirectories RuntimeDirectories => real.RuntimeDirectories;
    public QemuConditions Qemu => real.Qemu;
    public string Processor => real.Processor;

    public Platform.Memory.IRamImages? RamImages => real.RamImages;

    public StringComparer FileNames => real.FileNames;
    public IPrivateFiles Files => this;

    public IReadOnlyList<Cut> Cuts => _cuts;

    /// <summary>Runs a verb, of which cuts are taken.</summary>
    public async Task<T> DuringAsync<T>(string verb, Func<Task<T>> act)
    {
        (_verb, _records) = (verb, true);
        try
        {
            return await act();
        }
        finally
        {
            Cut("done");
            _records = false;
        }
    }

    /// <summary>It was reported as durable.</summary>
    public void Promise(Promise promise) => _promises.Add(promise);

    /// <summary>It is to be removed: from now on it may be there or not.</summary>
    public void Withdraw(Promise promise) => _promises.Remove(promise);

    public void MakeFolder(string path, bool isPassage) => real.Files.MakeFolder(path, isPassage);

    public void MakeFile(string path) => real.Files.MakeFile(path);

    public void MakeSparseFile(string path, long length) => real.Files.MakeSparseFile(path, length);

    public long AllocatedBytes(string path) => real.Files.AllocatedBytes(path);

    public void Flush(SafeFileHandle file) => Sync(new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget!, () => real.Files.Flush(file));

    public void FlushFile(string path) => Sync(path, () => real.Files.FlushFile(path));

    public void FlushFolder(string path)
    {
        Cut($"before the sync of {Path.GetFileName(path)}/");
        real.Files.FlushFolder(path);
        Told(() => disk.FolderSynced(path));
    }

    public void MoveDurably(string source, string target)
    {
        Cut($"before the move to {Path.GetExtension(target)}");
        File.Move(source, target, overwrite: true);
        Cut($"in the move to {Path.GetExtension(target)}");
        // As it is promised: the name is on the disk when this returns.
        real.Files.FlushFolder(Path.GetDirectoryName(target)!);
        Told(() => disk.FolderSynced(Path.GetDirectoryName(target)!));
        Cut($"after the move to {Path.GetExtension(target)}");
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id != SandboxEventId.MachineStep)
        {
            return;
        }

        var step = formatter(state, exception).Split(' ')[^1];
        if (DurableSteps.Contains(step))
        {
            Told(disk.CatalogSynced);
        }

        Cut(step);
    }

    public void Dispose() => real.Dispose();

    private void Sync(string path, Action act)
    {
        Cut($"before the sync of {Path.GetExtension(path)}");
        act();
        Told(() => disk.FileSynced(path));
        Cut($"after the sync of {Path.GetExtension(path)}");
    }

    private void Told(Action act)
    {
        lock (_lock)
        {
            act();
        }
    }

    private void Cut(string at)
    {
        lock (_lock)
        {
            if (_records)
            {
                _cuts.Add(disk.Take($"{_verb}: {at}", [.. _promises]));
            }
        }
    }
}
