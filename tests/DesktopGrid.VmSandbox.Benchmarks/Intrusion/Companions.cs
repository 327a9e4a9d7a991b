using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Pausing;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Benchmarks.Intrusion;

/// <summary>As many sandboxes of one priority as the computer has processors, each with a program that never ends. They stand, but for the runs beside them.</summary>
internal sealed class Companions : IAsyncDisposable
{
    private const int MemoryMiB = 128;
    private const string Compute = "while :; do sha256sum /dev/zero; done";
    private const string Write = "head -c 1048576 /dev/urandom >block; while :; do for i in $(seq 64); do dd if=block of=file bs=1M count=1 seek=$i conv=notrunc,fsync 2>/dev/null; sleep 1; done; done";

    private readonly SandboxHost _host;
    private readonly List<(VmId Id, ISandboxSession Session)> _machines = [];

    private Companions(SandboxHost host) => _host = host;

    /// <summary>Why they stand by themselves at the moment; null while they do not.</summary>
    public PauseReason? PausedBy => _host.PausedBy;

    /// <param name="folder">Where their store lies.</param>
    /// <param name="standing">How they stand back.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Companions> StartAsync(BenchFolder folder, Standing standing, CancellationToken cancellationToken)
    {
        var options = new SandboxHostOptions { StorePath = folder.New("beside"), Pause = standing.IsPaused ? new PauseOptions { OthersCpuPercent = PauseOptions.DesktopGrid().OthersCpuPercent } : null };
        options.Qemu.Accelerator = Accelerator.Tcg;
        options.Qemu.Priority = standing.Priority;
        var companions = new Companions(await SandboxHost.OpenAsync(options, cancellationToken: cancellationToken));
        try
        {
            for (var i = 0; i < Environment.ProcessorCount; i++)
            {
                var id = await companions._host.Machines.CreateAsync(new VmOptions { MemoryMiB = MemoryMiB }, cancellationToken);
                await companions._host.Machines.StartAsync(id, cancellationToken);
                companions._machines.Add((id, await companions._host.OpenSessionAsync(id, cancellationToken)));
            }

            await companions.StandAsync(cancellationToken);
            return companions;
        }
        catch
        {
            await companions.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives them another program, and lets them stand.</summary>
    /// <param name="writes">Whether it also writes a megabyte each second.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WorkAsync(bool writes, CancellationToken cancellationToken)
    {
        foreach (var (id, session) in _machines)
        {
            await _host.Machines.ContinueAsync(id, cancellationToken);
            await session.StopAsync(TimeSpan.Zero, cancellationToken);
            await session.StartAsync(new TaskStartRequest { TaskId = Guid.NewGuid().ToString("N"), Program = "/bin/sh", Arguments = ["-c", writes ? $"({Write}) & {Compute}" : Compute] }, cancellationToken: cancellationToken);
            await _host.Machines.SuspendAsync(id, cancellationToken);
        }
    }

    /// <summary>Does something while they work.</summary>
    public async Task<T> BesideAsync<T>(Func<Task<T>> act, CancellationToken cancellationToken)
    {
        foreach (var (id, _) in _machines)
        {
            await _host.Machines.ContinueAsync(id, cancellationToken);
        }

        var result = await act();
        await StandAsync(cancellationToken);
        return result;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task StandAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, _) in _machines)
        {
            await _host.Machines.SuspendAsync(id, cancellationToken);
        }
    }
}
