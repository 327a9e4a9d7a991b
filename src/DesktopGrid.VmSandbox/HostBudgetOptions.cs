namespace DesktopGrid.VmSandbox;

/// <summary>What the owner of the computer gives to the sandboxes of one host. Null, the default of each, is no limit.</summary>
public sealed class HostBudgetOptions
{
    /// <summary>
    /// Memory in MiB for all machines that run at once in this process. A machine counts with its RAM and 128 MiB that QEMU takes for itself, mostly
    /// translated code. Not counted is the memory of templates that machines share (<see cref="Vms.VmOptions.ShareMemory"/>): at most four sizes of
    /// machine, each at most as much as such a machine's RAM, until ten minutes after the last start. At least 192.
    /// </summary>
    public int? MemoryMiB { get; set; }

    /// <summary>Virtual CPUs of all machines that run at once in this process; at least 1.</summary>
    public int? VirtualCpus { get; set; }

    /// <summary>
    /// Bytes on the disk for the whole store, of all processes that share it. At create, import, checkpoint, and a start that makes a template, the store is looked at: what nobody uses is removed, oldest first,
    /// templates, kept logs and images without machines, and where that is not enough the call is refused. A guest's own writes are bounded by its disk, not by this.
    /// At least 64 MiB.
    /// </summary>
    public long? DiskBytes { get; set; }
}
