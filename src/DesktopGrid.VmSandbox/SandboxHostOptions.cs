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

    internal void Demand()
    {
        Require(!string.IsNullOrWhiteSpace(StorePath), "The store's path is empty.");
        Require(Within(Qemu.ProofTimeout, 1, 600), "Qemu.ProofTimeout must lie between 1 s and 10 min.");
        Require(Within(Qemu.LaunchTimeout, 1, 600), "Qemu.LaunchTimeout must lie between 1 s and 10 min.");
        Require(Within(Session.RequestTimeout, 1, 600), "Session.RequestTimeout must lie between 1 s and 10 min.");
        Require(Within(Session.TransferStallTimeout, 1, 3600), "Session.TransferStallTimeout must lie between 1 s and 1 h.");
        Require(!Qemu.RequireHardware || Qemu.Accelerator is not Accelerator.Tcg, "Qemu.RequireHardware and Qemu.Accelerator = Tcg contradict each other.");

        static bool Within(TimeSpan value, int least, int most) => value >= TimeSpan.FromSeconds(least) && value <= TimeSpan.FromSeconds(most);

        static void Require(bool holds, string sentence)
        {
            if (!holds)
            {
                throw new ArgumentException(sentence);
            }
        }
    }
}
