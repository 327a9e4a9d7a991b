using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Setup;

/// <summary>How the library is opened under a client: with the user's wish about priority, and with patience, since a task has the lowest one on a computer whose owner may use all of it.</summary>
internal static class HostSettings
{
    private static readonly TimeSpan Request = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Transfer = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Launch = TimeSpan.FromMinutes(5);

    /// <summary>Makes them.</summary>
    public static SandboxHostOptions Of(string storePath, string? emulator, string? guestImage, AppInitData? initData)
    {
        var options = new SandboxHostOptions { StorePath = storePath, GuestImage = guestImage };
        options.Qemu.EmulatorPath = emulator;
        options.Qemu.Priority = PriorityOf(initData);
        options.Qemu.LaunchTimeout = Launch;
        options.Session.RequestTimeout = Request;
        options.Session.TransferStallTimeout = Transfer;
        return options;
    }

    /// <summary>The client's numbers (lib/common_defs.h, CONFIG_PRIORITY): 0 the lowest, 1 low, 2 normal, and higher ones, which a sandbox does not take.</summary>
    private static ProcessPriority PriorityOf(AppInitData? initData) => initData switch
    {
        { KeepsPriority: true } or { Priority: >= 2 } => ProcessPriority.Normal,
        { Priority: 1 } => ProcessPriority.BelowNormal,
        _ => ProcessPriority.Idle,
    };
}
