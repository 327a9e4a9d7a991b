using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;

/// <summary>The machine of a task, running.</summary>
/// <param name="Host">The store.</param>
/// <param name="Id">Which.</param>
/// <param name="Session">Its task verbs.</param>
/// <param name="Record">What outlives the process.</param>
/// <param name="Kept">What it goes on from; null where it is new.</param>
internal sealed record TaskMachine(SandboxHost Host, VmId Id, ISandboxSession Session, TaskRecord Record, VmCheckpoint? Kept)
{
    // The client kills 60 s after its word; what is left of them belongs to the end of this process, on a busy computer.
    private static readonly TimeSpan QuitTime = TimeSpan.FromSeconds(45);

    /// <summary>CPU time of the whole task.</summary>
    public TimeSpan CpuTime(VmStatus status) => TimeSpan.FromSeconds(Record.EarlierCpuSeconds) + status.CpuTime;

    /// <summary>Keeps the work; the machine goes on.</summary>
    public Task<VmCheckpoint> CheckpointAsync(CancellationToken cancellationToken) => Host.Machines.CheckpointAsync(Id, MachineRoom.CheckpointName, cancellationToken);

    /// <summary>Keeps the work and ends the machine, within the client's time less what was used of it.</summary>
    /// <returns>Whether the work of now was kept; the last checkpoint stands else.</returns>
    public async Task<bool> QuitAsync(TimeSpan used, CancellationToken cancellationToken)
    {
        var left = QuitTime - used;
        var keep = new VmKeepWork { Name = MachineRoom.CheckpointName, Within = left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1) };
        return await Host.Machines.QuitAsync(Id, keep, cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <summary>Ends it and removes all that it had.</summary>
    public Task DestroyAsync(CancellationToken cancellationToken) => Host.Machines.DestroyAsync(Id, cancellationToken);
}
