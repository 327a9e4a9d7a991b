using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Vms.Checkpoints;

/// <summary>Between the catalog's rows and what callers see; and which of them a name means.</summary>
internal static class CheckpointRecords
{
    private const string Prefix = "cp-";

    /// <summary>What the disk's snapshot of a checkpoint is called. Never a number alone, which QEMU's tools would take for another kind of name.</summary>
    public static string Snapshot(this CheckpointRow row) => SnapshotOf(row.Id);

    public static string SnapshotOf(string id) => Prefix + id;

    /// <summary>Whether an instant of that name is a checkpoint's, or was to be.</summary>
    public static bool IsSnapshot(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) && VmId.TryParse(name[Prefix.Length..], out _);

    public static VmCheckpoint Describe(this CheckpointRow row) => new()
    {
        Name = row.Name,
        TakenAt = row.TakenAt,
        FileBytes = row.Length,
        StateBytes = row.StateBytes,
        MachineType = row.MachineType,
        CpuModel = row.CpuModel,
        Accelerator = Enum.TryParse<Accelerator>(row.Accelerator, out var accelerator) ? accelerator : Accelerator.Tcg,
        QemuVersion = row.QemuVersion,
    };

    /// <summary>It is damaged, or does not fit.</summary>
    public static VmException Unusable(this CheckpointRow row, VmVerb verb, string why, string step, Exception? cause = null) =>
        new(SandboxErrorCode.CheckpointUnusable, $"Checkpoint \"{row.Name}\" of machine {row.MachineId}, of {row.TakenAt:u}, cannot be {(verb == VmVerb.Export ? "exported" : "used")}. {why}", cause)
        {
            Machine = row.MachineId,
            Verb = verb,
            Step = step,
            Advice = verb == VmVerb.Export ? "Export another one." : null,
            Evidence = (cause as VmException)?.Evidence ?? (cause as QemuException)?.Evidence ?? QemuEvidence.None,
        };

    /// <summary>A name as it may be: letters, digits, and <c>. _ -</c> within.</summary>
    public static void Check(string name, VmId machine, VmVerb verb)
    {
        if (!IsName(name))
        {
            throw new VmException(SandboxErrorCode.MachineInvalid, $"\"{TextTail.Clean(name)}\" is no name of a checkpoint: it has 1 to {CheckpointLimits.MaxNameLength} letters, digits and . _ -, and begins with a letter or digit.") { Machine = machine.ToString(), Verb = verb };
        }
    }

    /// <summary>
    /// Refuses a machine that may share its memory: to read what nobody has written yet of such memory is to fill it, up to the machine's whole
    /// RAM. Whether it really does is this host's affair, and no caller's.
    /// </summary>
    public static void DemandOwnMemory(MachineRow row, VmVerb verb)
    {
        if (row.SharesMemory)
        {
            throw new VmException(SandboxErrorCode.CheckpointRefused, $"Machine {row.Id} takes no checkpoints, since it was made to share its memory.")
            {
                Machine = row.Id,
                Verb = verb,
                Step = "checkpoint.memory",
            };
        }
    }

    public static bool IsName(string name) =>
        name.Length is > 0 and <= CheckpointLimits.MaxNameLength && char.IsAsciiLetterOrDigit(name[0]) && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');

    /// <summary>
    /// The machine's checkpoints, the one that is meant first and then those that serve where it is damaged: the others of that name, then what is
    /// older than it, newest first. All of them where no name is given.
    /// </summary>
    public static IReadOnlyList<CheckpointRow> From(this CheckpointTable checkpoints, VmId machine, string? name, VmVerb verb)
    {
        var all = checkpoints.Of(machine.ToString());
        IReadOnlyList<CheckpointRow> found = name is null ? all : [.. all.Where(row => row.Name == name), .. all.SkipWhile(row => row.Name != name).Where(row => row.Name != name)];
        return found.Count > 0
            ? found
            : throw new VmException(SandboxErrorCode.CheckpointUnknown, name is null ? $"Machine {machine} has no checkpoint." : $"Machine {machine} has no checkpoint \"{TextTail.Clean(name)}\".") { Machine = machine.ToString(), Verb = verb };
    }
}
