using DesktopGrid.VmSandbox.GuestDaemon;
using DesktopGrid.VmSandbox.GuestDaemon.Tool;

// One file, several names: what the program inside calls must not bring a second runtime into the image.
return Path.GetFileName(Environment.GetCommandLineArgs()[0]) switch
{
    MsgToHostCommand.Name => MsgToHostCommand.Run(args),
    BoincCommand.Name => BoincCommand.Run(args),
    _ => await Daemon.RunAsync(),
};
