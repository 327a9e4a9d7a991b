namespace DesktopGrid.VmSandbox.Qemu.Arguments;

/// <summary>QEMU's own system-call filter, as libvirt sets it: no obsolete calls, no privileges, no new process, no change of its own scheduling.</summary>
internal static class SandboxArguments
{
    public static IReadOnlyList<string> All { get; } = ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"];
}
