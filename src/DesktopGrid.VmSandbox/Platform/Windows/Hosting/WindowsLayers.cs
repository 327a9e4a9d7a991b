using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Windows.Tokens;

namespace DesktopGrid.VmSandbox.Platform.Windows.Hosting;

/// <summary>Says of one launch which layers are on, and of the others why not.</summary>
internal static class WindowsLayers
{
    public static IReadOnlyList<ConfinementLayerStatus> Describe(TokenChoice token, LaunchRequest request, bool isNested)
    {
        var isWeakened = token.Strength is not TokenStrength.Unchanged;
        var isRestricted = token.Strength is TokenStrength.Restricted;
        var noToken = $"no weakened token suits this program: {token.Fault}";
        var notRestricted = $"no restricted token suits this program: {token.Fault}";
        return
        [
            new(ConfinementLayer.SystemCallFilter, false, "Windows filters no system calls; its job refuses a second process" + (isNested ? "; clipboard and windows are not closed off, since this process is in a job itself" : "")),
            On(ConfinementLayer.NoNewPrivileges, isWeakened, "a restricted token, and a job of one process", noToken),
            On(ConfinementLayer.NoCapabilities, isWeakened, "a token without privileges", noToken),
            On(ConfinementLayer.UnprivilegedUser, isRestricted, "a token restricted to Everyone, Users and the machine's own identity", notRestricted),
            new(ConfinementLayer.EmptyNetwork, false, "Windows takes the network from an ordinary program only in an app container, where QEMU's sockets are not known to work; a firewall rule for QEMU's program needs an administrator"),
            On(ConfinementLayer.PrivateFiles, isRestricted, "a token restricted to Everyone, Users and the machine's own identity; what the disk grants to all users can be read", notRestricted),
            new(ConfinementLayer.PrivateProcesses, false, isWeakened ? "other processes can be listed; low integrity keeps it from ending or changing them" : noToken),
            new(ConfinementLayer.NoCoreDump, true, "its job keeps Windows Error Reporting away"),
            new(ConfinementLayer.FileSizeLimit, false, "Windows bounds no file's size"),
            On(ConfinementLayer.DiesWithParent, request.DieWithParent, "its job ends when this process does", "the machine was told to outlive its host process"),
            On(ConfinementLayer.LowPriority, request.Priority is not ProcessPriority.Normal, request.Priority is ProcessPriority.Idle ? "idle class, lowest memory priority" : "below-normal class", "normal priority was asked for"),
        ];
    }

    private static ConfinementLayerStatus On(ConfinementLayer layer, bool isOn, string means, string fault) => new(layer, isOn, isOn ? means : fault);
}
