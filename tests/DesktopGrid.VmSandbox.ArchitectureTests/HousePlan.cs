namespace DesktopGrid.VmSandbox.ArchitectureTests;

/// <summary>
/// The plan of a house: its rooms in storeys, the floor first. A room may know every room of a lower storey; rooms of one storey do not
/// know each other. A parent stands below its children, so that it never names them.
/// </summary>
/// <param name="Prefix">The root namespace; a room's name is what follows it.</param>
/// <param name="Storeys">The rooms, lowest first; the root itself is "".</param>
/// <param name="Workshops">Rooms that do the work behind a vocabulary: known only to rooms below the same parent and to the front door.</param>
internal sealed record HousePlan(string Prefix, IReadOnlyList<IReadOnlyList<string>> Storeys, IReadOnlyList<string> Workshops)
{
    /// <summary>The root namespace: the only place that joins parts.</summary>
    public const string FrontDoor = "";

    /// <summary>The library, after "The plan of our house".</summary>
    public static HousePlan Library { get; } = new(
        "DesktopGrid.VmSandbox",
        [
            ["Contracts", "Primitives"],
            ["Platform"],
            ["Platform.Confinement", "Platform.Files", "Platform.Memory", "Platform.Sockets"],
            ["Platform.Processes"],
            ["Platform.Metering"],
            ["Platform.Hosts"],
            ["Platform.Linux", "Platform.MacOS", "Platform.Windows"],
            ["Platform.Windows.Tokens"],
            ["Platform.Windows.Processes"],
            ["Platform.Windows.Hosting"],
            ["Platform.Activity"],
            ["Qmp"],
            ["Qmp.Commands"],
            ["Catalog", "Logs", "Qemu", "Stores"],
            ["Qemu.Arguments"],
            ["Qemu.Launching"],
            ["Qemu.Discovery"],
            ["Images"],
            ["Images.Layers"],
            ["Vms"],
            ["Vms.Boundary"],
            ["Vms.Running"],
            ["Vms.Migration"],
            ["Vms.Checkpoints", "Vms.Templates"],
            ["Vms.Space", "Vms.Standing", "Vms.Travel"],
            ["Vms.Lifecycle"],
            ["Sessions"],
            ["Sessions.Ports"],
            ["Sessions.Http"],
            ["Disks"],
            ["Imports"],
            ["Imports.Archives", "Imports.DiskFormats"],
            ["Imports.Oci"],
            ["Imports.Verbs"],
            ["Diagnosis", "Jobs", "Pausing"],
            ["Jobs.Running", "Packages"],
            [FrontDoor],
        ],
        ["Platform.Linux", "Platform.MacOS", "Platform.Windows", "Platform.Windows.Hosting", "Platform.Windows.Processes", "Platform.Windows.Tokens", "Qemu.Arguments", "Qemu.Launching", "Qemu.Discovery", "Vms.Running", "Vms.Migration", "Vms.Checkpoints", "Vms.Templates", "Vms.Space", "Vms.Standing", "Vms.Travel", "Vms.Lifecycle", "Sessions.Ports", "Sessions.Http", "Imports.Archives", "Imports.DiskFormats", "Imports.Oci", "Imports.Verbs", "Jobs.Running"]);

    /// <summary>The guest's daemon, after the talk: message handler, data handler and execution environment behind one server.</summary>
    public static HousePlan Daemon { get; } = new(
        "DesktopGrid.VmSandbox.GuestDaemon",
        [
            ["Kernel"],
            ["Requests", "Tool", "Transport"],
            ["DataHandler"],
            ["Disks", "MessageHandler"],
            ["Layers"],
            ["Execution"],
            ["Control"],
            [FrontDoor],
        ],
        ["Tool", "Transport"]);

    /// <summary>The application side of BOINC's protocol: files and channels, the talk with the client, and the bridge into the guest.</summary>
    public static HousePlan Boinc { get; } = new(
        "DesktopGrid.VmSandbox.Boinc",
        [
            [FrontDoor],
            ["Platform"],
            ["XmlFiles"],
            ["InitData", "JobXml", "Slots"],
            ["Programs", "SharedMemory"],
            ["Tasks"],
            ["GuestBridge"],
        ],
        []);

    /// <summary>The wrapper: what to do, the machine that does it, and one run of it.</summary>
    public static HousePlan Wrapper { get; } = new(
        "DesktopGrid.VmSandbox.Boinc.Wrapper",
        [
            ["Options"],
            ["Plans"],
            ["Machines"],
            ["Guests"],
            ["Runs"],
            ["Setup"],
            [FrontDoor],
        ],
        []);

    /// <summary>The checkbox: what the client and the projects have, what is made of it, and the page.</summary>
    public static HousePlan Control { get; } = new(
        "DesktopGrid.VmSandbox.Boinc.Control",
        [
            ["Markup", "Platform"],
            ["ClientState"],
            ["GuiRpc", "Signatures"],
            ["AppInfo"],
            ["Installation"],
            ["Measuring"],
            ["Switching"],
            ["Page"],
            [FrontDoor],
        ],
        []);

    /// <summary>The storey of a room, from 0; null for a room that the plan does not have.</summary>
    public int? StoreyOf(string room)
    {
        for (var storey = 0; storey < Storeys.Count; storey++)
        {
            if (Storeys[storey].Contains(room))
            {
                return storey;
            }
        }

        return null;
    }

    /// <summary>The room of a namespace; null for one that is not of this house.</summary>
    public string? RoomOf(string nameSpace) =>
        nameSpace == Prefix ? FrontDoor
        : nameSpace.StartsWith(Prefix + ".", StringComparison.Ordinal) ? nameSpace[(Prefix.Length + 1)..]
        : null;

    /// <summary>The room that a room is a part of; the front door for one that stands alone.</summary>
    public static string ParentOf(string room) => room.LastIndexOf('.') is > 0 and var dot ? room[..dot] : FrontDoor;
}
