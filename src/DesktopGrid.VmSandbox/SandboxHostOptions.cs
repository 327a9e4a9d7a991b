using DesktopGrid.VmSandbox.Pausing;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox;

/// <summary>How a host is opened.</summary>
public sealed class SandboxHostOptions
{
    /// <summary>
    /// The folder of the store: catalog, images, machines, logs. Made when it is not there. Several processes of one user may share it.
    /// Default: <c>DesktopGrid.VmSandbox</c> in the user's local application data.
    /// </summary>
    public string StorePath { get; set; } = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "DesktopGrid.VmSandbox");

    /// <summary>
    /// The folder of the guest image that machines are made of unless they name another. Null (default): the environment variable
    /// <c>VMSANDBOX_GUEST_IMAGE</c>, then <c>vmsandbox-guest</c> beside the application, where the package
    /// <c>DesktopGrid.VmSandbox.Guest</c> puts it.
    /// </summary>
    public string? GuestImage { get; set; }

    /// <summary>Which QEMU and how to run it.</summary>
    public QemuOptions Qemu { get; } = new();

    /// <summary>Bounds of the talk with the guest.</summary>
    public SessionOptions Session { get; } = new();

    /// <summary>What the owner of the computer gives: memory, cores, disk.</summary>
    public HostBudgetOptions Budget { get; } = new();

    /// <summary>When machines stand because the owner needs the computer. Null (default): never.</summary>
    public PauseOptions? Pause { get; set; }

    /// <summary>Checks everything at once and tells all faults in one message.</summary>
    /// <exception cref="ArgumentException">Something is out of its range.</exception>
    internal void Demand()
    {
        var faults = new List<string>();
        Require(!string.IsNullOrWhiteSpace(StorePath), "StorePath is empty.");
        Require(GuestImage is null || !string.IsNullOrWhiteSpace(GuestImage), "GuestImage is empty; null means the default.");
        Require(Qemu.EmulatorPath is null || !string.IsNullOrWhiteSpace(Qemu.EmulatorPath), "Qemu.EmulatorPath is empty; null means the default.");
        Require(Qemu.Accelerator is null || Enum.IsDefined(Qemu.Accelerator.Value), "Qemu.Accelerator is none of its values.");
        Require(Enum.IsDefined(Qemu.Priority), "Qemu.Priority is none of its values.");
        Require(Qemu.RequiredLayers is not null && Qemu.RequiredLayers.All(Enum.IsDefined), "Qemu.RequiredLayers names a layer that there is not.");
        Require(Within(Qemu.ProofTimeout, 1, 600), "Qemu.ProofTimeout must lie between 1 s and 10 min.");
        Require(Within(Qemu.LaunchTimeout, 1, 600), "Qemu.LaunchTimeout must lie between 1 s and 10 min.");
        Require(Within(Session.RequestTimeout, 1, 600), "Session.RequestTimeout must lie between 1 s and 10 min.");
        Require(Within(Session.TransferStallTimeout, 1, 3600), "Session.TransferStallTimeout must lie between 1 s and 1 h.");
        Require(!Qemu.RequireHardware || Qemu.Accelerator is not Accelerator.Tcg, "Qemu.RequireHardware and Qemu.Accelerator = Tcg contradict each other.");
        Require(Budget.MemoryMiB is null or >= 192, "Budget.MemoryMiB must be at least 192; null means no limit.");
        Require(Budget.VirtualCpus is null or >= 1, "Budget.VirtualCpus must be at least 1; null means no limit.");
        Require(Budget.DiskBytes is null or >= 64 * 1024 * 1024, "Budget.DiskBytes must be at least 64 MiB; null means no limit.");
        Require(Pause?.Fault() is null, Pause?.Fault() ?? "");
        if (faults.Count > 0)
        {
            throw new ArgumentException($"The host's options have faults. {string.Join(' ', faults)}");
        }

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }

        static bool Within(TimeSpan value, int least, int most) => value >= TimeSpan.FromSeconds(least) && value <= TimeSpan.FromSeconds(most);
    }
}
