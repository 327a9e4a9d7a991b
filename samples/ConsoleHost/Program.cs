using DesktopGrid.VmSandbox.ConsoleHost;

return await CommandLine.RunAsync(args);
