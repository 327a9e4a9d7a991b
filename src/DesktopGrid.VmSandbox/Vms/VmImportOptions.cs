namespace DesktopGrid.VmSandbox.Vms;

/// <summary>What a machine that is made of an imported checkpoint shall be, beyond what the checkpoint says of it: RAM, virtual CPUs and base image are its own.</summary>
public sealed record VmImportOptions
{
    /// <summary>The caller's own names and values, as in <see cref="VmOptions.Labels"/>. Default none: labels do not travel.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the machine goes on when this process ends, as in <see cref="VmOptions.OutlivesHost"/>. Default false.</summary>
    public bool OutlivesHost { get; init; }

    /// <summary>For how long its log stays readable after it was destroyed, as in <see cref="VmOptions.KeepLog"/>. Default zero.</summary>
    public TimeSpan KeepLog { get; init; }

    /// <summary>How long its guest may take until it answers, as in <see cref="VmOptions.BootTimeout"/>. Default 5 min, range 1 s to 1 h.</summary>
    public TimeSpan BootTimeout { get; init; } = TimeSpan.FromMinutes(5);
}
