using DesktopGrid.VmSandbox.GuestDaemon;
using DesktopGrid.VmSandbox.GuestDaemon.Tool;

// One file, two names: what the program inside calls must not bring a second runtime into the image.
return Path.GetFileName(Environment.GetCommandLineArgs()[0]) == "msg_to_host" ? MsgToHostCommand.Run(args) : await Daemon.RunAsync();
