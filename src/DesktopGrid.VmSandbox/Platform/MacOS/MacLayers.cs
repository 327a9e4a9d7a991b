using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.MacOS;

/// <summary>Says of one launch which layers are on, and of the others why not.</summary>
internal static class MacLayers
{
    public static IReadOnlyList<ConfinementLayerStatus> Describe(ProfileChoice profile, MacTools tools, LaunchRequest request, bool isRoot)
    {
        var isOn = profile.Basis is not null;
        var off = $"no sandbox profile suits this program: {profile.Fault}";
        var hasBand = tools.TaskPolicy is not null;
        return
        [
            new(ConfinementLayer.SystemCallFilter, false, "macOS filters no system calls; its sandbox refuses new processes and foreign sockets where it is on"),
            On(ConfinementLayer.NoNewPrivileges, isOn, "sandbox-exec: no other program can be run", off),
            On(ConfinementLayer.NoCapabilities, !isRoot, "an ordinary user", "the host process is root; run it as an ordinary user"),
            On(ConfinementLayer.UnprivilegedUser, !isRoot, "the host itself is no root", "the host process is root; run it as an ordinary user"),
            On(ConfinementLayer.EmptyNetwork, isOn, "sandbox-exec: sockets only in the machine's own folder", off),
            On(ConfinementLayer.PrivateFiles, isOn, "sandbox-exec: the machine's files, the program's folder, the system's own", off),
            On(ConfinementLayer.PrivateProcesses, isOn, "sandbox-exec: no signal to and no word of other processes", off),
            new(ConfinementLayer.NoCoreDump, true, "ulimit -c 0"),
            On(ConfinementLayer.FileSizeLimit, request.Confinement?.MaxFileBytes is not null, "ulimit -f", "no bound was asked for"),
            On(ConfinementLayer.DiesWithParent, request.DieWithParent, "a guard that kills it when this process's pipe closes", "the machine was told to outlive its host process"),
            request.Priority switch
            {
                ProcessPriority.Normal => new(ConfinementLayer.LowPriority, false, "normal priority was asked for"),
                ProcessPriority.Idle when hasBand => new(ConfinementLayer.LowPriority, true, "taskpolicy: the background band"),
                _ => On(ConfinementLayer.LowPriority, tools.Nice is not null, request.Priority is ProcessPriority.Idle ? "nice 20" : "nice 10", "neither taskpolicy nor nice works here"),
            },
        ];
    }

    private static ConfinementLayerStatus On(ConfinementLayer layer, bool isOn, string means, string fault) => new(layer, isOn, isOn ? means : fault);
}

/// <summary>The narrowest profile under which a program was seen to run.</summary>
/// <param name="Basis">The base profile it imports; null where none suits.</param>
/// <param name="Fault">Why none, or none narrower.</param>
internal sealed record ProfileChoice(string? Basis, string? Fault);
