using System.Diagnostics.CodeAnalysis;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>What every way to a new machine has in common: what may be asked for, and the row that comes of it.</summary>
internal static class NewMachine
{
    private const int MaxLabels = 32, MaxLabelLength = 256;

    public static MachineRow Row(VmId id, MachineImages images, VmOptions options, VmState state, DateTimeOffset now) => new()
    {
        Id = id.ToString(),
        ImageId = images.Image.Id,
        Layers = [.. images.Layers.Select(static layer => layer.Id)],
        State = state.ToString(),
        // Even: some hosts want pages of 2 MiB.
        MemoryMiB = options.MemoryMiB + (options.MemoryMiB % 2),
        VirtualCpus = options.VirtualCpus,
        OutlivesHost = options.OutlivesHost,
        IsTemporary = options.IsTemporary,
        WarmStart = options.WarmStart,
        SharesMemory = options.ShareMemory,
        BootTimeout = options.BootTimeout,
        KeepLog = options.KeepLog,
        CreatedAt = now,
        Labels = options.Labels,
    };

    /// <summary>Refuses what no machine can be.</summary>
    /// <exception cref="VmException">Code <c>MachineInvalid</c>: the first fault.</exception>
    public static void Check(VmOptions options, VmVerb verb)
    {
        Require(options.MemoryMiB is >= 64 and <= 1_048_576, $"{nameof(VmOptions.MemoryMiB)} must be 64 to 1048576, not {options.MemoryMiB}");
        Require(options.VirtualCpus is >= 1 and <= 64, $"{nameof(VmOptions.VirtualCpus)} must be 1 to 64, not {options.VirtualCpus}");
        Require(options.BootTimeout >= TimeSpan.FromSeconds(1) && options.BootTimeout <= TimeSpan.FromHours(1), $"{nameof(VmOptions.BootTimeout)} must be 1 s to 1 h, not {options.BootTimeout}");
        Require(options.WarmStart || !options.ShareMemory, $"{nameof(VmOptions.ShareMemory)} needs {nameof(VmOptions.WarmStart)}: what is shared is a template");
        Require(options.KeepLog >= TimeSpan.Zero && options.KeepLog <= TimeSpan.FromDays(3650), $"{nameof(VmOptions.KeepLog)} must be zero to ten years, not {options.KeepLog}");
        Require(options.Layers is not null && !options.Layers.Contains(null!), $"{nameof(VmOptions.Layers)} must not be or hold null; leave it out for none");
        Require(options.Labels is not null, $"{nameof(VmOptions.Labels)} must not be null; leave it out for none");
        Require(options.Labels.Count <= MaxLabels, $"there may be {MaxLabels} labels, not {options.Labels.Count}");
        Require(options.Labels.All(static label => label.Key.Length is > 0 and <= MaxLabelLength && label.Value is { Length: <= MaxLabelLength }), $"a label's name and value hold at most {MaxLabelLength} characters each, and the name at least one");

        void Require([DoesNotReturnIf(false)] bool holds, string fault)
        {
            if (!holds)
            {
                throw Fault(verb, fault);
            }
        }
    }

    public static VmException Fault(VmVerb verb, string fault) => new(SandboxErrorCode.MachineInvalid, $"The machine cannot be made: {fault}.") { Verb = verb, Step = verb.ToString().ToLowerInvariant() };
}
