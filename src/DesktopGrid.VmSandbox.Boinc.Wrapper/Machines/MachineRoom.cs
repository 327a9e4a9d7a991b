using System.Globalization;
using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;

/// <summary>Finds the machine that a task has left, makes a new one, and sweeps those of tasks that are no more.</summary>
/// <param name="host">The project's store.</param>
/// <param name="tell">Where a reader of stderr.txt is told.</param>
internal sealed class MachineRoom(SandboxHost host, Action<string> tell)
{
    /// <summary>The name under which a task's work is kept.</summary>
    public const string CheckpointName = "boinc";

    private const string ResultLabel = "boinc.result";
    private const string SlotLabel = "boinc.slot";

    // What a name on a label may hold; BOINC's own names have at most 255.
    private const int MostLabel = 256;

    /// <summary>Goes on with the machine that the task has left.</summary>
    /// <param name="record">What the task has left.</param>
    /// <param name="cancellationToken">Gives up; what was kept stands.</param>
    /// <returns>The machine; null where there is none that can go on, and nothing of it is left then.</returns>
    public async Task<TaskMachine?> ResumeAsync(TaskRecord record, CancellationToken cancellationToken)
    {
        if (!VmId.TryParse(record.Machine, out var id) || !(await host.Machines.ListAsync(cancellationToken).ConfigureAwait(false)).Any(status => status.Id == id))
        {
            return null;
        }

        try
        {
            var status = await host.Machines.LoadAsync(id, cancellationToken).ConfigureAwait(false);
            if (status is { LastCheckpoint: not null, State: not VmState.Created })
            {
                if (status.State is VmState.Running or VmState.Suspended)
                {
                    // Its process outlived ours, with nobody who watched it: what was kept is what counts.
                    await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
                }

                var kept = await host.Machines.ResumeAsync(id, null, cancellationToken).ConfigureAwait(false);
                return new TaskMachine(host, id, await host.OpenSessionAsync(id, cancellationToken).ConfigureAwait(false), record, kept);
            }
        }
        catch (VmException e) when (e.Code is SandboxErrorCode.CheckpointUnusable or SandboxErrorCode.CheckpointUnknown or SandboxErrorCode.MachineUnknown or SandboxErrorCode.MachineBootTimeout)
        {
            tell($"the task begins anew: what was kept of it cannot be used: {e.Message}");
        }

        await host.Machines.DestroyAsync(id, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>Makes a new machine and starts it.</summary>
    /// <param name="options">What it shall be.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="result">The result's name.</param>
    /// <param name="record">Makes the record, of the machine's id.</param>
    /// <param name="cancellationToken">Gives up; nothing is left.</param>
    public async Task<TaskMachine> StartAsync(VmOptions options, string slot, string result, Func<string, TaskRecord> record, CancellationToken cancellationToken)
    {
        var labels = new Dictionary<string, string> { [ResultLabel] = Cut(result), [SlotLabel] = Cut(slot) };
        var id = await host.Machines.CreateAsync(options with { Labels = labels }, cancellationToken).ConfigureAwait(false);
        try
        {
            var made = record(id.ToString());
            made.Write(slot);
            await host.Machines.StartAsync(id, cancellationToken).ConfigureAwait(false);
            return new TaskMachine(host, id, await host.OpenSessionAsync(id, cancellationToken).ConfigureAwait(false), made, null);
        }
        catch
        {
            await RemoveAsync(id).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Removes machines whose slot has another task today, or none: those of tasks that were aborted while their program was not there, or whose process
    /// the client has killed.
    /// </summary>
    /// <param name="own">The task's own machine, which stays; null for none.</param>
    /// <param name="cancellationToken">Gives up between machines.</param>
    public async Task SweepAsync(string? own, CancellationToken cancellationToken)
    {
        foreach (var status in await host.Machines.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (status.Id.ToString() != own && status.Labels.TryGetValue(ResultLabel, out var result) && status.Labels.TryGetValue(SlotLabel, out var slot) && IsGone(slot, result))
            {
                tell(string.Create(CultureInfo.InvariantCulture, $"removing the machine {status.Id} of the task {result}, which is no more"));
                await RemoveAsync(status.Id).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes a task's machine, where there is one.</summary>
    public Task RemoveAsync(string machine) => VmId.TryParse(machine, out var id) ? RemoveAsync(id) : Task.CompletedTask;

    /// <summary>Removes a machine; one that another process has in hand is that one's to remove.</summary>
    private async Task RemoveAsync(VmId id)
    {
        try
        {
            await host.Machines.DestroyAsync(id, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VmException e) when (e.Code is SandboxErrorCode.MachineUnknown)
        {
            // Removed already.
        }
        catch (SandboxException e)
        {
            tell($"the machine {id} could not be removed: {e.Message}");
        }
    }

    /// <summary>Whether a slot has another task today, or none. What cannot be read says neither, nor does a name that did not fit its label.</summary>
    private static bool IsGone(string slot, string result)
    {
        var path = Path.Combine(slot, SlotFiles.InitData);
        if (slot.Length >= MostLabel || result.Length >= MostLabel)
        {
            return false;
        }

        try
        {
            return !File.Exists(path) || AppInitDataReader.Read(path).Result != result;
        }
        catch (BoincException)
        {
            return false;
        }
    }

    private static string Cut(string text) => text.Length > MostLabel ? text[^MostLabel..] : text;
}
