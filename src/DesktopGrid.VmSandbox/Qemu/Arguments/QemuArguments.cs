namespace DesktopGrid.VmSandbox.Qemu.Arguments;

/// <summary>A machine in QEMU's words (qemu(1)); one file of this folder for each subject.</summary>
internal static class QemuArguments
{
    /// <summary>The whole command line after the program's name.</summary>
    public static IReadOnlyList<string> For(MachineSpec spec, bool withSandbox) =>
    [
        // No window, nothing that was not asked for, and no settings of the volunteer's.
        "-nodefaults", "-no-user-config", "-display", "none", "-vga", "none", "-nic", "none",
        "-name", $"vmsandbox-{Escape(spec.Name)}",
        // The CPUs stand until monitor and console are connected. A guest that restarts has ended.
        "-S", "-no-reboot",
        .. withSandbox ? SandboxArguments.All : [],
        .. BoardArguments.For(spec),
        .. KernelArguments.For(spec),
        .. spec.Disk is { } disk ? [.. DiskArguments.For(disk), .. BulkArguments.For(spec), .. LayerArguments.For(spec.Layers)] : Array.Empty<string>(),
        .. ChannelArguments.For(spec),
        .. BoardArguments.Balloon(spec),
        .. spec.AwaitsState ? ["-incoming", "defer"] : Array.Empty<string>(),
    ];

    /// <summary>QEMU's options split at commas; a doubled one stands for itself.</summary>
    public static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);
}
