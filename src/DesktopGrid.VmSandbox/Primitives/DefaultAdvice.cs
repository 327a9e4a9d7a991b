namespace DesktopGrid.VmSandbox.Primitives;

/// <summary>What a reader can do about a failure of which the place that threw it knows no better. The page of errors says the same.</summary>
internal static class DefaultAdvice
{
    /// <summary>One sentence; null where what to do depends on the case alone.</summary>
    public static string? For(SandboxErrorCode code) => code switch
    {
        SandboxErrorCode.StoreNotWritable => "Choose a folder that this user may write.",
        SandboxErrorCode.DiskFull => "Free some space, or choose another disk.",
        SandboxErrorCode.ConfinementUnavailable => "Install what the reason names, or demand less.",
        SandboxErrorCode.PlatformUnsupported => "Use Linux, Windows or macOS.",
        SandboxErrorCode.MonitorDisconnected => "Look at the machine's status and log: mostly its QEMU has ended.",
        SandboxErrorCode.MonitorCommandFailed => "Report it, with QEMU's class and text.",
        SandboxErrorCode.MonitorTimeout => "The host is overloaded or QEMU hangs: destroy the machine.",
        SandboxErrorCode.MonitorProtocol => "Use a QEMU of a release.",
        SandboxErrorCode.QemuStartFailed => "Read QEMU's standard error in the exception.",
        SandboxErrorCode.QemuUnkillable => "The kernel holds it, mostly in a disk that hangs; the next opening of the store tries again.",
        SandboxErrorCode.AcceleratorUnavailable => "Switch it on in the firmware, give this user the device, or allow emulation; the next start and the doctor (DiagnoseAsync, vmsandbox doctor) prove it again.",
        SandboxErrorCode.CatalogBusy or SandboxErrorCode.CatalogConflict => "Try again.",
        SandboxErrorCode.ImageMalformed => "Fetch or make the image again.",
        SandboxErrorCode.ImageRefused => "Do not use this image.",
        SandboxErrorCode.ImageInUse => "Destroy the machines that are made of it first.",
        SandboxErrorCode.MachineUnknown => "It was destroyed, or the store is another one.",
        SandboxErrorCode.MachineBusy => "Leave it to that process, or wait for its end.",
        SandboxErrorCode.CheckpointUnknown => "Ask for the machine's checkpoints, or start it from its disk.",
        SandboxErrorCode.CheckpointUnusable => "Take an older checkpoint, use the QEMU and accelerator that it was taken with, or start the machine from its disk.",
        SandboxErrorCode.CheckpointFailed => "The machine goes on; try again later.",
        SandboxErrorCode.CheckpointRefused => "Make a machine without ShareMemory if it shall take some.",
        SandboxErrorCode.ImportInvalid => "Export the checkpoint again, or copy the file again.",
        SandboxErrorCode.SessionTimeout => "A busy host may need longer bounds in SessionOptions.",
        SandboxErrorCode.SessionVersion => "Use a guest image of the same release.",
        SandboxErrorCode.SessionProtocol => "Do not trust this run: the daemon has a fault, or the program has taken it over.",
        SandboxErrorCode.GuestNotFound => "Check the path; it is relative to the work directory.",
        SandboxErrorCode.GuestDiskFull => "Use smaller inputs, or an image with a larger disk.",
        SandboxErrorCode.GuestStartRefused => "Check that it is an x86-64 Linux program and brings its libraries.",
        SandboxErrorCode.GuestLayerUnusable => "Make the layer anew and import it again, or name the machine's layers in another order.",
        SandboxErrorCode.JobInputUnreadable => "Check the file and its rights.",
        SandboxErrorCode.JobOutputMissing => "The program's exit code and standard error (the exception's Result) say why.",
        SandboxErrorCode.JobLimitExceeded => "Give it a larger limit, if the work deserves it.",
        SandboxErrorCode.JobOutputUnwritable => "Check the folder and its rights.",
        SandboxErrorCode.BoincSignatureWrong => "Do not run it: reset the project, so that the client fetches it again.",
        SandboxErrorCode.BoincFileUnwritable => "Free some space, or check the folder and its rights.",
        _ => null,
    };
}
